import { describe, expect, it } from 'vitest'
import { killRounds } from '../support/kill-rounds.ts'

const ROUNDS = 100
const LARGE_ROUNDS = 25

describe.each(['sqlite', 'memory'] as const)('a broker on the %s engine that is killed under load', (engine) => {
  it(`has every acknowledged record once and in order after ${ROUNDS} rounds`, { timeout: 300_000 }, async () => {
    const { acknowledged, stored } = await killRounds({ engine, rounds: ROUNDS })
    expect(acknowledged).toBeGreaterThanOrEqual(ROUNDS)
    expect(stored).toBeGreaterThanOrEqual(acknowledged)
  })
})

it(`has them after ${LARGE_ROUNDS} rounds too where their bytes go into files beside the database`, {
  timeout: 300_000,
}, async () => {
  const { acknowledged, stored } = await killRounds({ engine: 'sqlite', rounds: LARGE_ROUNDS, valueBytes: 5_000 })
  expect(acknowledged).toBeGreaterThanOrEqual(LARGE_ROUNDS)
  expect(stored).toBeGreaterThanOrEqual(acknowledged)
})
