import { describe, expect, it } from 'vitest'
import { copyRounds } from '../support/copy-rounds.ts'

const ROUNDS = 50

describe.each([
  { engine: 'sqlite', transactionVersion: 2 },
  { engine: 'memory', transactionVersion: 1 },
] as const)('consume-transform-produce on the $engine engine, transaction.version $transactionVersion', (options) => {
  const title = `has each input once in the output after ${ROUNDS} kills of client and broker in turn`
  it(title, { timeout: 300_000 }, async () => {
    expect(await copyRounds({ ...options, rounds: ROUNDS })).toBeGreaterThan(ROUNDS)
  })
})
