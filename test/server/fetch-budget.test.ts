import { expect, test } from 'vitest'
import { FetchBudget } from '../../src/server/fetch-budget.ts'

const mebibyte = 1024 * 1024

test('a single fetch gets what it asks for, up to an eighth of all', () => {
  const budget = new FetchBudget(256 * mebibyte)
  expect(budget.reserve(mebibyte)).toBe(mebibyte)
  expect(budget.reserve(500 * mebibyte)).toBe((255 * mebibyte) / 8)
})

test('200 fetches of 50 MiB together get little more than the budget and 1 MiB each', () => {
  const budget = new FetchBudget(256 * mebibyte)
  const allowed = Array.from({ length: 200 }, () => budget.reserve(50 * mebibyte))
  expect(Math.min(...allowed)).toBe(mebibyte)
  expect(allowed.reduce((sum, bytes) => sum + bytes)).toBeLessThan(456 * mebibyte)
})

test('what is given back can be had again', () => {
  const budget = new FetchBudget(64 * mebibyte)
  for (let round = 0; round < 100; round += 1) budget.release(budget.reserve(50 * mebibyte))
  expect(budget.reserve(50 * mebibyte)).toBe(8 * mebibyte)
})

test('a fetch that asks for nothing, or for less than nothing, gets nothing', () => {
  const budget = new FetchBudget(64 * mebibyte)
  expect(budget.reserve(0)).toBe(0)
  expect(budget.reserve(-5)).toBe(0)
})
