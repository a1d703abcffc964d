import { describe, expect, it } from 'vitest'
import { killRounds } from '../support/kill-rounds.ts'

const ROUNDS = 100

describe.each(['sqlite', 'memory'] as const)('a broker on the %s engine that is killed under load', (engine) => {
  it(`has every acknowledged record once and in order after ${ROUNDS} rounds`, { timeout: 300_000 }, async () => {
    const { acknowledged, stored } = await killRounds({ engine, rounds: ROUNDS })
    expect(acknowledged).toBeGreaterThanOrEqual(ROUNDS)
    expect(stored).toBeGreaterThanOrEqual(acknowledged)
  })
})
