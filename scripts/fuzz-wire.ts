/**
 * Attacks a broker with malformed requests of every API and version for as long as asked, and looks after each round whether it still
 * answers. Ends with status 1, and the seed to repeat it with, at the first one that it does not survive.
 *
 *     npx tsx scripts/fuzz-wire.ts [SECONDS] [SEED]
 */
import fc from 'fast-check'
import { handlers } from '../src/broker/handlers/index.ts'
import { arbitraryAttack, assertHealthy, attack } from '../test/support/attack.ts'
import { serveBroker } from '../test/support/served-broker.ts'

const seconds = Number(process.argv[2] ?? 60)
const firstSeed = Number(process.argv[3] ?? Date.now() % 2 ** 31)
const endMs = Date.now() + seconds * 1000

await using broker = await serveBroker({ configs: { 'auto.create.topics.enable': 'false' } })
let frames = 0
for (let seed = firstSeed; Date.now() < endMs; seed++) {
  for (const handler of handlers) {
    for (let version = handler.minVersion; version <= handler.maxVersion; version++) {
      const attacks = fc.sample(arbitraryAttack(handler, version), { seed, numRuns: 10 })
      await Promise.all(attacks.map((bytes) => attack(broker, bytes)))
      frames += attacks.length
    }
  }
  await assertHealthy(broker).catch((error) => {
    console.error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(1)
  })
}
console.log(`${frames} malformed requests in ${seconds} s from seed ${firstSeed}: the broker still answers`)
