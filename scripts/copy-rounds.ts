/**
 * The kill test of transactions for as long as asked: a program that copies a topic in transactions, and the broker, killed in turn, on
 * each engine and by the rules of each transaction.version.
 *
 *     npm run build && npx tsx scripts/copy-rounds.ts [ROUNDS]
 */
import { copyRounds } from '../test/support/copy-rounds.ts'

const rounds = Number(process.argv[2] ?? 1000)
for (const [engine, transactionVersion] of [
  ['sqlite', 2],
  ['memory', 1],
  ['memory', 2],
  ['sqlite', 1],
] as const) {
  const name = `${engine}, transaction.version ${transactionVersion}`
  const onRound = (round: number, copied: number) => {
    if (round % 100 === 0) console.log(`${name}: ${round} rounds, ${copied} records copied`)
  }
  const copied = await copyRounds({ engine, transactionVersion, rounds, onRound })
  console.log(`${name}: ${rounds} kills, ${copied} records, each once in the copy`)
}
