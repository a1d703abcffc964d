import { describe, expect, it } from 'vitest'
import { createPartitions } from '../../../src/protocol/apis/create-partitions.ts'
import { fetch } from '../../../src/protocol/apis/fetch.ts'
import { type BrokerFixture, startBroker, testConnection } from '../../support/broker-fixture.ts'
import { type FetchOptions, fetchRequest } from '../../support/broker-requests.ts'
import { isPending, quiet } from '../../support/pending.ts'
import { batchOf } from '../../support/record-batches.ts'

const waitMs = 10_000

async function startEmpty(partitions = 1) {
  const broker = await startBroker()
  await broker.createTopic('t', { partitions })
  return broker
}

/** A fetch at the end of partitions 0 to `count`; settles with the number of batches that it gives. */
async function wait(broker: BrokerFixture, count: number, options: FetchOptions & { signal?: AbortSignal } = {}) {
  const wanted = Array.from({ length: count }, (_, partition) => ({ topic: 't', partition, offset: 0 }))
  const request = fetchRequest(wanted, { maxWaitMs: waitMs, ...options })
  const context = { version: 12, connection: testConnection(), signal: options.signal }
  const { responses } = await broker.ask(fetch, request, context)
  return responses.flatMap(({ partitions }) => partitions.flatMap(({ records }) => records!)).length
}

describe('a fetch that waits', () => {
  it('F6: is answered at once when it may not wait, wants nothing, or there is enough', async () => {
    await using broker = await startEmpty()
    expect(await wait(broker, 1, { maxWaitMs: 0 })).toBe(0)
    expect(await wait(broker, 1, { maxWaitMs: -1 })).toBe(0)
    expect(await wait(broker, 1, { minBytes: 0 })).toBe(0)
    expect(await wait(broker, 0)).toBe(0)
    await broker.produce('t', batchOf(['a']))
    expect(await wait(broker, 1)).toBe(1)
  })

  it('F6: is answered at once when one of its partitions has an error', async () => {
    await using broker = await startEmpty()
    expect(await wait(broker, 2)).toBe(0)
  })

  it('F6: is answered when its time is up, with what is there', async () => {
    await using broker = await startEmpty()
    await broker.produce('t', batchOf(['a']))
    const fetched = wait(broker, 1, { minBytes: 10_000 })
    await quiet()
    broker.clock.advance(waitMs - 1)
    expect(await isPending(fetched)).toBe(true)
    broker.clock.advance(1)
    expect(await fetched).toBe(1)
  })

  it('F7: is woken by the append, without a look at the clock', async () => {
    await using broker = await startEmpty()
    const fetched = wait(broker, 1)
    expect(await isPending(fetched)).toBe(true)
    await broker.produce('t', batchOf(['a']))
    expect(await fetched).toBe(1)
  })

  it('F7: is woken with an error when its topic is deleted', async () => {
    await using broker = await startEmpty()
    const fetched = broker.fetch('t', 0, { maxWaitMs: waitMs })
    await quiet()
    await broker.deleteTopic('t')
    expect(await fetched).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION', records: [] })
  })

  it('F8: waits until all of its partitions together have min_bytes', async () => {
    await using broker = await startEmpty(3)
    const batchBytes = batchOf(['a']).length
    const fetched = wait(broker, 3, { minBytes: batchBytes * 3 })
    await quiet()
    for (const partition of [0, 1]) await broker.produce('t', batchOf(['a']), { partition })
    expect(await isPending(fetched)).toBe(true)
    await broker.produce('t', batchOf(['a']), { partition: 2 })
    expect(await fetched).toBe(3)
  })

  it('F5: min_bytes above max_bytes is max_bytes', async () => {
    await using broker = await startEmpty()
    const fetched = wait(broker, 1, { minBytes: 2 ** 30, maxBytes: 10 })
    await quiet()
    await broker.produce('t', batchOf(['a']))
    expect(await fetched).toBe(1)
  })

  it('many of them are all woken by one append', async () => {
    await using broker = await startEmpty()
    const all = Array.from({ length: 200 }, () => wait(broker, 1))
    await quiet()
    await broker.produce('t', batchOf(['a']))
    expect(await Promise.all(all)).toEqual(Array(200).fill(1))
  })

  it('does not hold back the other requests of its connection', async () => {
    await using broker = await startEmpty()
    const fetched = broker.fetch('t', 0, { maxWaitMs: waitMs })
    expect(await broker.produce('t', batchOf(['a']))).toMatchObject({ error: 'NONE' })
    expect((await fetched).records).toHaveLength(1)
  })

  it('ends when nobody wants its answer any more', async () => {
    await using broker = await startEmpty()
    const gone = new AbortController()
    const fetched = wait(broker, 1, { signal: gone.signal })
    await quiet()
    gone.abort()
    expect(await fetched).toBe(0)
    expect(await wait(broker, 1, { signal: gone.signal })).toBe(0)
  })

  it('ends when the broker closes', async () => {
    const broker = await startEmpty()
    const fetched = wait(broker, 1)
    await quiet()
    await broker.broker.close()
    expect(await fetched).toBe(0)
  })

  it('sees partitions that come while it waits only in the next fetch', async () => {
    await using broker = await startEmpty()
    const fetched = wait(broker, 1)
    await quiet()
    const topics = [{ name: 't', count: 2, assignments: null }]
    await broker.ask(createPartitions, createPartitions.request.create({ topics, timeoutMs: 1000 }))
    expect(await isPending(fetched)).toBe(true)
    await broker.produce('t', batchOf(['a']), { partition: 1 })
    expect(await isPending(fetched)).toBe(true)
    await broker.produce('t', batchOf(['a']))
    expect(await fetched).toBe(1)
  })
})
