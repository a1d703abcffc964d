import { expect, test } from 'vitest'
import { AssignedPartition } from '../../../src/client/consumer/assigned-partition.ts'
import { LoopProgress } from '../../../src/client/consumer/loop-progress.ts'
import { isPending } from '../../support/pending.ts'

const [one, other] = [0, 1].map((partition) => new AssignedPartition('t', 'id', partition)) as [
  AssignedPartition,
  AssignedPartition,
]

test('is done with partitions when the loop comes back from the last of them', async () => {
  const progress = new LoopProgress()
  progress.given(one)
  expect(await isPending(progress.doneWith(new Set([other])))).toBe(false)
  const done = progress.doneWith(new Set([one]))
  expect(await isPending(done)).toBe(true)
  progress.cameBack()
  progress.given(one)
  expect(await isPending(done)).toBe(true)
  progress.cameBack()
  await done
})

test('counts as stalled for as long as it works on the same thing', () => {
  const progress = new LoopProgress()
  expect([progress.stalledMs(0), progress.stalledMs(10)]).toEqual([0, 0])
  progress.given(one)
  expect([progress.stalledMs(20), progress.stalledMs(50)]).toEqual([0, 30])
  progress.given(one)
  expect([progress.stalledMs(60), progress.stalledMs(61)]).toEqual([0, 1])
  progress.cameBack()
  expect(progress.stalledMs(99)).toBe(0)
})

test('lets timers have their turn however busy the loop is', async () => {
  const progress = new LoopProgress()
  let turns = 0
  const timer = setInterval(() => {
    turns += 1
  }, 1)
  const until = performance.now() + 200
  while (performance.now() < until) {
    progress.given(one)
    progress.cameBack()
    await progress.breath()
  }
  clearInterval(timer)
  expect(turns).toBeGreaterThan(0)
})
