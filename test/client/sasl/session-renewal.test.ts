import { expect, test } from 'vitest'
import { SessionRenewal } from '../../../src/client/sasl/session-renewal.ts'
import { manualClock } from '../../../src/core/clock.ts'

/** What is left to be done within the tick. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

test.each([
  [0, 85_000],
  [0.5, 90_000],
  [1, 95_000],
])('with a chance of %d a session of 100 s is renewed after %i ms', (chance, afterMs) => {
  const clock = manualClock()
  let renewed = 0
  const renewal = new SessionRenewal(
    clock,
    async () => {
      renewed += 1
      return 0
    },
    () => chance,
  )
  renewal.begin(100_000)
  clock.advance(afterMs - 1)
  expect(renewed).toBe(0)
  clock.advance(1)
  expect(renewed).toBe(1)
})

test('each renewal counts from its own end, until one says that no more is needed', async () => {
  const clock = manualClock()
  const lifetimes = [50_000, 0]
  const times: number[] = []
  const startedAt = clock.now()
  const renewal = new SessionRenewal(
    clock,
    async () => {
      times.push(clock.now() - startedAt)
      return lifetimes.shift() ?? 0
    },
    () => 0.5,
  )
  renewal.begin(10_000)
  for (let step = 0; step < 200; step += 1) {
    clock.advance(1_000)
    await settled()
  }
  expect(times).toEqual([9_000, 54_000])
})

test.each<[string, (renewal: SessionRenewal) => void]>([
  ['that was stopped is not renewed', (renewal) => renewal.stop()],
  [
    'that was stopped does not begin again',
    (renewal) => {
      renewal.stop()
      renewal.begin(1_000)
    },
  ],
])('a session %s', async (_, act) => {
  const clock = manualClock()
  let renewed = 0
  const renewal = new SessionRenewal(clock, async () => {
    renewed += 1
    return 1_000
  })
  renewal.begin(1_000)
  act(renewal)
  clock.advance(10_000)
  await settled()
  expect(renewed).toBe(0)
})

test('after a failure nothing more is tried', async () => {
  const clock = manualClock()
  let tried = 0
  const renewal = new SessionRenewal(clock, async () => {
    tried += 1
    throw new Error('refused')
  })
  renewal.begin(1_000)
  clock.advance(10_000)
  await settled()
  renewal.begin(1_000)
  clock.advance(10_000)
  await settled()
  expect(tried).toBe(1)
})
