import { expect, test } from 'vitest'
import { Outstanding } from '../../../src/client/producer/outstanding.ts'

async function isSettled(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))])
}

test('waits for all that entered before, and for nothing that entered after', async () => {
  const outstanding = new Outstanding()
  const first = outstanding.enter()
  const second = outstanding.enter()
  const settled = outstanding.settled()
  outstanding.enter()
  outstanding.leave(first)
  expect(await isSettled(settled)).toBe(false)
  outstanding.leave(second)
  expect(await isSettled(settled)).toBe(true)
  expect(outstanding.awaited).toBe(false)
})

test('settles at once when there is nothing', async () => {
  expect(await isSettled(new Outstanding().settled())).toBe(true)
})

test('what comes from something older is waited for with it', async () => {
  const outstanding = new Outstanding()
  const whole = outstanding.enter()
  const settled = outstanding.settled()
  const piece = outstanding.enter(whole)
  outstanding.leave(whole)
  expect(await isSettled(settled)).toBe(false)
  outstanding.leave(piece)
  expect(await isSettled(settled)).toBe(true)
})

test('a later wait does not end before an earlier one', async () => {
  const outstanding = new Outstanding()
  const old = outstanding.enter()
  const first = outstanding.settled()
  const young = outstanding.enter()
  const second = outstanding.settled()
  outstanding.leave(young)
  expect([await isSettled(first), await isSettled(second)]).toEqual([false, false])
  outstanding.leave(old)
  expect([await isSettled(first), await isSettled(second)]).toEqual([true, true])
})
