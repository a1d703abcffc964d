/**
 * The kill test for as long as asked: a broker killed under load, again and again, on each engine.
 *
 *     npm run build && npx tsx scripts/kill-rounds.ts [ROUNDS]
 */
import { killRounds } from '../test/support/kill-rounds.ts'

const rounds = Number(process.argv[2] ?? 1000)
for (const engine of ['sqlite', 'memory'] as const) {
  const onRound = (round: number, acknowledged: number) => {
    if (round % 100 === 0) console.log(`${engine}: ${round} rounds, ${acknowledged} records acknowledged`)
  }
  const { acknowledged, stored } = await killRounds({ engine, rounds, onRound })
  console.log(
    `${engine}: ${rounds} kills, ${acknowledged} acknowledged, ${stored} stored: none lost, doubled or out of order`,
  )
}
