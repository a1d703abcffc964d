import { describe, expect, it } from 'vitest'
import type { StorageEngine } from '../../../src/core/storage-engine.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { lasting } from '../../support/lasting-engine.ts'
import {
  committedValues,
  describeTransaction,
  initProducer,
  TransactionalProducer,
  transactionalProducer,
} from '../../support/transactional-producer.ts'

describe('InitProducerId with a transactional id', () => {
  it('T1: refuses an empty id, a timeout that cannot be, and half an identity', async () => {
    await using broker = await startBroker({ configs: { 'transaction.max.timeout.ms': '5000' } })
    expect(await initProducer(broker, '')).toMatchObject({
      error: 'INVALID_REQUEST',
      producerId: -1,
      producerEpoch: -1,
    })
    for (const timeoutMs of [0, -1, 5001]) {
      expect(await initProducer(broker, 'x', { timeoutMs })).toMatchObject({ error: 'INVALID_TRANSACTION_TIMEOUT' })
    }
    for (const half of [{ producerId: 1 }, { producerEpoch: 1 }]) {
      expect(await initProducer(broker, 'x', { timeoutMs: 5000, ...half })).toMatchObject({ error: 'INVALID_REQUEST' })
    }
    expect(await describeTransaction(broker, 'x')).toMatchObject({ error: 'TRANSACTIONAL_ID_NOT_FOUND' })
    expect(await initProducer(broker, 'x', { timeoutMs: 5000 })).toMatchObject({ error: 'NONE', producerEpoch: 0 })
  })

  it('T2: a known id keeps its producer id and gets the next epoch; who had it before is fenced everywhere', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const old = await transactionalProducer(broker, 'x')
    await old.run('t', ['a'], 'commit')
    expect(await initProducer(broker, 'x')).toEqual({ error: 'NONE', producerId: old.producerId, producerEpoch: 1 })
    expect(await old.send('t', ['b'])).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' })
    expect(await old.add('t')).toEqual(['PRODUCER_FENCED'])
    expect(await old.add('t', { version: 1 })).toEqual(['INVALID_PRODUCER_EPOCH'])
    expect(await old.end('commit')).toBe('PRODUCER_FENCED')
    expect(await old.end('commit', { version: 1 })).toBe('INVALID_PRODUCER_EPOCH')
    const mine = { producerId: old.producerId, producerEpoch: 0 }
    expect(await initProducer(broker, 'x', mine)).toMatchObject({ error: 'PRODUCER_FENCED' })
    expect(await initProducer(broker, 'x', { ...mine, version: 3 })).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' })
  })

  it('T3: aborts the transaction that its predecessor left open, says so once, and gives an identity then', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const old = await transactionalProducer(broker, 'x')
    await old.begin('t', ['lost'])
    expect(await initProducer(broker, 'x')).toMatchObject({ error: 'CONCURRENT_TRANSACTIONS' })
    expect(await describeTransaction(broker, 'x')).toMatchObject({
      transactionState: 'CompleteAbort',
      producerEpoch: 1,
    })
    expect(await committedValues(broker, 't')).toEqual([])
    expect(await old.send('t', ['late'])).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' })
    const { producerId, producerEpoch, error } = await initProducer(broker, 'x')
    expect({ error, producerId, producerEpoch }).toEqual({
      error: 'NONE',
      producerId: old.producerId,
      producerEpoch: 2,
    })
    const next = new TransactionalProducer(broker, 'x', producerId, producerEpoch)
    await next.run('t', ['kept'], 'commit')
    expect(await committedValues(broker, 't')).toEqual(['kept'])
  })

  it('T4: raises the epoch of who it is; the same request again gets the same answer; anybody else is fenced', async () => {
    await using broker = await startBroker()
    const { producerId } = await transactionalProducer(broker, 'x')
    const raise = { producerId, producerEpoch: 0 }
    expect(await initProducer(broker, 'x', raise)).toEqual({ error: 'NONE', producerId, producerEpoch: 1 })
    expect(await initProducer(broker, 'x', raise)).toEqual({ error: 'NONE', producerId, producerEpoch: 1 })
    for (const wrong of [
      { producerId, producerEpoch: 5 },
      { producerId: producerId + 1, producerEpoch: 1 },
    ]) {
      expect(await initProducer(broker, 'x', wrong)).toMatchObject({ error: 'PRODUCER_FENCED', producerId: -1 })
    }
    expect(await initProducer(broker, 'x', { producerId, producerEpoch: 1 })).toMatchObject({ producerEpoch: 2 })
    expect(await initProducer(broker, 'x', raise)).toMatchObject({ error: 'PRODUCER_FENCED' })
  })

  it('T4: gives another producer id when the epochs have run out', async () => {
    const storage = lasting(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    const before = await startBroker({ storage })
    const { producerId } = await transactionalProducer(before, 'x')
    await before.broker.close()
    await storage.commit(await lateEpoch(storage, 32_765))
    await using broker = await startBroker({ storage })
    expect(await initProducer(broker, 'x')).toEqual({ error: 'NONE', producerId, producerEpoch: 32_766 })
    const renewed = await initProducer(broker, 'x', { producerId, producerEpoch: 32_766 })
    expect(renewed).toMatchObject({ error: 'NONE', producerEpoch: 0 })
    expect(renewed.producerId).not.toBe(producerId)
    // The answer was lost: it asks again, as whom it was.
    expect(await initProducer(broker, 'x', { producerId, producerEpoch: 32_766 })).toEqual(renewed)
  })

  it('gives an identity to one of two that ask at the same time, and has the other come again', async () => {
    await using broker = await startBroker()
    const answers = await Promise.all([initProducer(broker, 'x'), initProducer(broker, 'x')])
    expect(answers.map(({ error }) => error)).toEqual(['NONE', 'CONCURRENT_TRANSACTIONS'])
    expect(await initProducer(broker, 'x')).toMatchObject({ error: 'NONE', producerEpoch: 1 })
  })

  it('remembers nothing that the disk did not keep', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    await using broker = await startBroker({ storage })
    await initProducer(broker, null)
    storage.failCommits()
    expect(await initProducer(broker, 'x')).toMatchObject({ error: 'NOT_COORDINATOR' })
    expect(await describeTransaction(broker, 'x')).toMatchObject({ error: 'TRANSACTIONAL_ID_NOT_FOUND' })
    expect(await initProducer(broker, 'x')).toMatchObject({ error: 'NONE', producerEpoch: 0 })
    storage.failCommits()
    expect(await initProducer(broker, 'x')).toMatchObject({ error: 'NOT_COORDINATOR' })
    expect(await initProducer(broker, 'x')).toMatchObject({ error: 'NONE', producerEpoch: 1 })
  })
})

/** The change that makes the epoch of `x` this one, as if it had been raised so often. */
async function lateEpoch(storage: StorageEngine, producerEpoch: number) {
  const [key, value] = (await storage.entries('transaction/x'))[0]!
  const state: object = JSON.parse(Buffer.from(value).toString())
  return [{ put: key, value: Buffer.from(JSON.stringify({ ...state, producerEpoch })) }]
}
