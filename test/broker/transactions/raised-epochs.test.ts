import { describe, expect, it } from 'vitest'
import type { StorageEngine } from '../../../src/core/storage-engine.ts'
import { apiVersions } from '../../../src/protocol/apis/api-versions.ts'
import { readTransactionMarker } from '../../../src/records/control-batch.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { lasting } from '../../support/lasting-engine.ts'
import { quiet } from '../../support/pending.ts'
import {
  committedValues,
  describeTransaction,
  initProducer,
  TransactionalProducer,
  transactionalProducer,
} from '../../support/transactional-producer.ts'

const v2 = { version: 5 }
const adding = { version: 12 }

describe('transaction.version 2', () => {
  it('is told of by ApiVersions, as finalized in every version that can, as supported from version 4 on', async () => {
    await using broker = await startBroker()
    const request = apiVersions.request.create({ clientSoftwareName: 'a', clientSoftwareVersion: '1' })
    const finalized = { name: 'transaction.version', maxVersionLevel: 2, minVersionLevel: 2 }
    for (const version of [3, 4]) {
      const answer = await broker.ask(apiVersions, request, { version })
      expect(answer.finalizedFeatures).toContainEqual(finalized)
      expect(answer.finalizedFeaturesEpoch).toBe(0)
      const supported = { name: 'transaction.version', minVersion: 0, maxVersion: 2 }
      if (version < 4) expect(answer.supportedFeatures).toEqual([])
      else expect(answer.supportedFeatures).toContainEqual(supported)
    }
  })

  it('T8: each end raises the epoch, the markers carry it, and what comes late with the old one is refused', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const producer = await transactionalProducer(broker, 'x')
    const late = new TransactionalProducer(broker, 'x', producer.producerId, 0)
    expect(await producer.send('t', ['a'], adding)).toMatchObject({ error: 'NONE' })
    expect(await producer.end('commit', v2)).toBe('NONE')
    expect(producer.producerEpoch).toBe(1)
    const { records } = await broker.fetch('t', 1)
    expect(readTransactionMarker(records![0]!)).toMatchObject({ type: 'commit', producerEpoch: 1 })
    expect(await late.send('t', ['late'], { ...adding, baseSequence: 1 })).toMatchObject({
      error: 'INVALID_PRODUCER_EPOCH',
    })
    expect(await producer.send('t', ['b'], { ...adding, baseSequence: 1 })).toMatchObject({
      error: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
    })
    expect(await producer.send('t', ['b'], adding)).toMatchObject({ error: 'NONE' })
    expect(await producer.end('abort', v2)).toBe('NONE')
    expect(producer.producerEpoch).toBe(2)
    expect(await committedValues(broker, 't')).toEqual(['a'])
  })

  it('T8: the same request again, of who it was before, is well; the other end is not', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const producer = await transactionalProducer(broker, 'x')
    await producer.send('t', ['a'], adding)
    const again = () => new TransactionalProducer(broker, 'x', producer.producerId, 0)
    const first = again()
    expect(await first.end('commit', v2)).toBe('NONE')
    const second = again()
    expect(await second.end('commit', v2)).toBe('NONE')
    expect(second.producerEpoch).toBe(1)
    expect(await again().end('abort', v2)).toBe('INVALID_TXN_STATE')
    await first.send('t', ['b'], adding)
    expect(await again().end('commit', v2)).toBe('PRODUCER_FENCED')
    expect(await broker.fetch('t', 0)).toMatchObject({ highWatermark: 3 })
  })

  it('T8: a transaction in which nothing happened may be aborted, which raises the epoch, and not committed', async () => {
    await using broker = await startBroker()
    const producer = await transactionalProducer(broker, 'x')
    expect(await producer.end('commit', v2)).toBe('INVALID_TXN_STATE')
    expect(await producer.end('abort', v2)).toBe('NONE')
    expect(producer.producerEpoch).toBe(1)
    expect(await producer.end('abort', v2)).toBe('NONE')
    expect(producer.producerEpoch).toBe(2)
    expect(await producer.end('commit', v2)).toBe('INVALID_TXN_STATE')
    expect(await initProducer(broker, 'x')).toMatchObject({ error: 'NONE', producerEpoch: 3 })
    expect(await producer.end('abort', v2)).toBe('PRODUCER_FENCED')
  })

  it('T8: when the epochs have run out the answer brings another producer id, also to who asks again', async () => {
    const storage = lasting(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    const before = await startBroker({ storage })
    await before.createTopic('t')
    const { producerId } = await transactionalProducer(before, 'x')
    await before.broker.close()
    await raiseEpoch(storage, 32_766)
    await using broker = await startBroker({ storage })
    const producer = new TransactionalProducer(broker, 'x', producerId, 32_766)
    await producer.send('t', ['a'], adding)
    expect(await producer.end('commit', v2)).toBe('NONE')
    expect(producer.producerId).not.toBe(producerId)
    expect(producer.producerEpoch).toBe(0)
    const again = new TransactionalProducer(broker, 'x', producerId, 32_766)
    expect(await again.end('commit', v2)).toBe('NONE')
    expect(again.producerId).toBe(producer.producerId)
    const late = new TransactionalProducer(broker, 'x', producerId, 32_766)
    expect(await late.send('t', ['late'], adding)).toMatchObject({ error: 'INVALID_PRODUCER_ID_MAPPING' })
    await producer.send('t', ['b'], adding)
    await producer.end('commit', v2)
    expect(await committedValues(broker, 't')).toEqual(['a', 'b'])
  })

  it('T14: one that took too long is told so when it commits, and may go on after it aborts', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const producer = await transactionalProducer(broker, 'x', { timeoutMs: 1000 })
    await producer.send('t', ['a'], adding)
    broker.clock.advance(20_000)
    await quiet()
    expect(await describeTransaction(broker, 'x')).toMatchObject({
      transactionState: 'CompleteAbort',
      producerEpoch: 1,
    })
    expect(await producer.end('commit', v2)).toBe('INVALID_TXN_STATE')
    expect(await producer.end('abort', v2)).toBe('NONE')
    expect(producer.producerEpoch).toBe(1)
    await producer.send('t', ['b'], adding)
    expect(await producer.end('commit', v2)).toBe('NONE')
    expect(await committedValues(broker, 't')).toEqual(['b'])
  })

  it('a batch that opens a transaction and what the coordinator knows of it are one commit', async () => {
    const storage = lasting(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    const before = await startBroker({ storage })
    await before.createTopic('t')
    const { producerId } = await transactionalProducer(before, 'x')
    await new TransactionalProducer(before, 'x', producerId, 0).send('t', ['a'], adding)
    await before.broker.close()
    await using broker = await startBroker({ storage })
    expect(await describeTransaction(broker, 'x')).toMatchObject({
      transactionState: 'Ongoing',
      topics: [{ topic: 't', partitions: [0] }],
    })
    expect(await new TransactionalProducer(broker, 'x', producerId, 0).end('commit', v2)).toBe('NONE')
    expect(await committedValues(broker, 't')).toEqual(['a'])
  })
})

/** Makes the epoch of `x` this one, as if it had been raised so often. */
async function raiseEpoch(storage: StorageEngine, producerEpoch: number): Promise<void> {
  const [key, value] = (await storage.entries('transaction/x'))[0]!
  const state: object = JSON.parse(Buffer.from(value).toString())
  await storage.commit([{ put: key, value: Buffer.from(JSON.stringify({ ...state, producerEpoch })) }])
}
