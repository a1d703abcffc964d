/**
 * The kill test for as long as asked: a broker killed under load, again and again, on each engine.
 *
 *     npm run build && npx tsx scripts/kill-rounds.ts [ROUNDS] [BYTES OF A RECORD]
 */
import { killRounds } from '../test/support/kill-rounds.ts'

const rounds = Number(process.argv[2] ?? 1000)
const valueBytes = Number(process.argv[3] ?? 0)
for (const engine of ['sqlite', 'memory'] as const) {
  const onRound = (round: number, acknowledged: number) => {
    if (round % 100 === 0) console.log(`${engine}: ${round} rounds, ${acknowledged} records acknowledged`)
  }
  const { acknowledged, stored } = await killRounds({ engine, rounds, valueBytes, onRound })
  console.log(
    `${engine}: ${rounds} kills, ${acknowledged} acknowledged, ${stored} stored: none lost, doubled or out of order`,
  )
}
