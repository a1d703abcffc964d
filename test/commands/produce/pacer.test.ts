import { expect, test } from 'vitest'
import { Pacer } from '../../../commands/produce/pacer.ts'

test('lets no more than so many go a second, and makes up for a short stop but not for a long one', () => {
  const pacer = new Pacer(10)
  const go = (...times: number[]) => times.map((now) => Math.round(pacer.delayMs(now)))
  expect(go(0, 0, 0)).toEqual([0, 100, 200])
  expect(go(300)).toEqual([0])
  expect(go(700, 700, 700, 700, 700)).toEqual([0, 0, 0, 0, 100])
  // An hour later ten may go at once, and no thousands.
  expect(go(...Array<number>(12).fill(3_600_000)).filter((delay) => delay === 0)).toHaveLength(11)
})

test('does not sleep for less than a timer can tell apart', () => {
  const pacer = new Pacer(100_000)
  const delays = Array.from({ length: 1000 }, () => pacer.delayMs(0))
  expect(delays.filter((delay) => delay > 0).length).toBeLessThan(500)
  expect(Math.round(delays.at(-1)!)).toBe(10)
})

test('is done with waiting when it is stopped', async () => {
  const pacer = new Pacer(0.001)
  const stop = new AbortController()
  await pacer.turn(stop.signal)
  const waiting = pacer.turn(stop.signal)
  stop.abort()
  await expect(waiting).resolves.toBeUndefined()
})
