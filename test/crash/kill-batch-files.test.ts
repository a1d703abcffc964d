import { expect, it } from 'vitest'
import { killRounds } from '../support/kill-rounds.ts'

const ROUNDS = 25

it(`a killed broker has every acknowledged record once and in order, where their bytes go into files beside the database, after ${ROUNDS} rounds`, {
  timeout: 300_000,
}, async () => {
  const { acknowledged, stored } = await killRounds({ engine: 'sqlite', rounds: ROUNDS, valueBytes: 5_000 })
  expect(acknowledged).toBeGreaterThanOrEqual(ROUNDS)
  expect(stored).toBeGreaterThanOrEqual(acknowledged)
})
