import { describe, expect, test } from 'vitest'
import type { Change } from '../../src/core/storage-engine.ts'
import { CommitQueue, type PendingCommit } from '../../src/storage/commit-queue.ts'
import { refusal } from '../../src/storage/refusal.ts'

const put = (key: string, sizeBytes = 10): Change[] => [{ put: key, value: Buffer.alloc(sizeBytes) }]
const keysOf = (group: readonly PendingCommit[]) =>
  group.flatMap(({ changes }) => changes.map((change) => ('put' in change ? change.put : '')))

function resolveAll(group: readonly PendingCommit[]): void {
  for (const commit of group) commit.resolve()
}

describe('the commit queue', () => {
  test('writes what was added in one turn as one group, and what comes while it writes as the next', async () => {
    const groups: string[][] = []
    const more: Array<Promise<void>> = []
    const queue: CommitQueue = new CommitQueue(async (group) => {
      groups.push(keysOf(group))
      if (groups.length === 1) more.push(queue.add(put('c')), queue.add(put('d')))
      for (const commit of group) commit.resolve()
    })
    await Promise.all([queue.add(put('a')), queue.add(put('b'))])
    await Promise.all(more)
    expect(groups).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  test('bounds a group by bytes, but takes a larger commit alone', async () => {
    const groups: string[][] = []
    const queue = new CommitQueue(
      (group) => {
        groups.push(keysOf(group))
        for (const commit of group) commit.resolve()
      },
      { maxGroupBytes: 100 },
    )
    await Promise.all([
      queue.add(put('a', 60)),
      queue.add(put('b', 60)),
      queue.add(put('c', 500)),
      queue.add(put('d', 1)),
    ])
    expect(groups).toEqual([['a'], ['b'], ['c'], ['d']])
  })

  test('refuses what would wait beyond its bound', async () => {
    const queue = new CommitQueue(resolveAll, { maxWaitingBytes: 100 })
    const outcomes = await Promise.allSettled([queue.add(put('a', 500)), queue.add(put('b', 1))])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    await queue.add(put('c', 1))
  })

  test('a writer that throws fails its group alone', async () => {
    let isFirst = true
    const queue = new CommitQueue((group) => {
      if (isFirst) {
        isFirst = false
        throw refusal('a bug')
      }
      for (const commit of group) commit.resolve()
    })
    await expect(queue.add(put('a'))).rejects.toThrow('a bug')
    await queue.add(put('b'))
  })

  test('runs a task between groups, after what was added before, and drains', async () => {
    const order: string[] = []
    const queue = new CommitQueue((group) => {
      order.push(...keysOf(group))
      for (const commit of group) commit.resolve()
    })
    void queue.add(put('a'))
    const task = queue.run(async () => {
      void queue.add(put('b'))
      await Promise.resolve()
      order.push('task')
    })
    await task
    await queue.drained()
    expect(order).toEqual(['a', 'task', 'b'])
    await queue.drained()
    await expect(queue.run(() => Promise.reject(new Error('of the task')))).rejects.toThrow('of the task')
  })
})
