import { describe, expect, it } from 'vitest'
import { produce } from '../../../src/protocol/apis/produce.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { readBatchHeader } from '../../../src/records/header.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { produceRequest } from '../../support/broker-requests.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { isPending } from '../../support/pending.ts'
import { batchOf, forged, packedBatchOf } from '../../support/record-batches.ts'

describe('Produce', () => {
  it('P1: the first record gets the base offset of the answer, the stored batch carries it, and the next batch follows', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    expect(await broker.produce('t', batchOf(['a', 'b', 'c']))).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect(await broker.produce('t', batchOf(['d', 'e']))).toMatchObject({ baseOffset: 3 })
    expect(await broker.produce('t', batchOf(['f']))).toMatchObject({ baseOffset: 5, logStartOffset: 0 })
    const { records } = await broker.fetch('t', 0)
    expect(records!.map((batch) => readBatchHeader(batch).baseOffset)).toEqual([0, 3, 5])
    expect((await broker.records('t')).map(({ offset, value }) => `${offset}${value}`)).toEqual([
      '0a',
      '1b',
      '2c',
      '3d',
      '4e',
      '5f',
    ])
  })

  it('P2: other acks than -1, 0 and 1 are refused for each partition', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    const productions = [0, 1].map((partition) => ({ topic: 't', partition, records: [batchOf(['a'])] }))
    const { responses } = await broker.ask(produce, produceRequest(productions, { acks: 2 }))
    const errors = responses.map(({ partitionResponses }) => errorName(partitionResponses[0]!.errorCode))
    expect(errors).toEqual(['INVALID_REQUIRED_ACKS', 'INVALID_REQUIRED_ACKS'])
    expect(await broker.records('t')).toEqual([])
  })

  it('P3: a topic or partition that does not exist is refused and never created', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    expect(await broker.produce('missing', batchOf(['a']))).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
    expect(await broker.produce('missing', batchOf(['a']))).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
    for (const partition of [1, -1, 2 ** 31 - 1]) {
      const answer = await broker.produce('t', batchOf(['a']), { partition })
      expect(answer).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION', baseOffset: -1, logStartOffset: -1 })
    }
  })

  it('P3: clients do not write to internal topics', async () => {
    await using broker = await startBroker()
    await broker.createTopic('__consumer_offsets')
    expect(await broker.produce('__consumer_offsets', batchOf(['a']))).toMatchObject({
      error: 'INVALID_TOPIC_EXCEPTION',
    })
  })

  it('P12: each partition of a request is answered once, and the error of one leaves the others', async () => {
    await using broker = await startBroker()
    await broker.createTopic('a', { partitions: 2 })
    await broker.createTopic('b')
    const broken = batchOf(['x'])
    broken[broken.length - 1]! ^= 1
    const { responses } = await broker.ask(
      produce,
      produceRequest([
        { topic: 'a', partition: 0, records: [batchOf(['a0'])] },
        { topic: 'missing', records: [batchOf(['x'])] },
        { topic: 'a', partition: 1, records: [broken] },
        { topic: 'b', records: [batchOf(['b0'])] },
      ]),
    )
    const told = responses.map(({ name, partitionResponses: [answer] }) => [
      name,
      answer!.index,
      errorName(answer!.errorCode),
    ])
    expect(told).toEqual([
      ['a', 0, 'NONE'],
      ['missing', 0, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['a', 1, 'CORRUPT_MESSAGE'],
      ['b', 0, 'NONE'],
    ])
    expect(await broker.records('a', 0, 0)).toMatchObject([{ value: 'a0' }])
    expect(await broker.records('a', 0, 1)).toEqual([])
    expect(await broker.records('b')).toMatchObject([{ value: 'b0' }])
  })

  it('P12: the answer comes only when the commit is durable, and nobody reads the batch before', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    await broker.createTopic('t')
    for (const acks of [-1, 1]) {
      storage.stall()
      const answer = broker.produce('t', batchOf(['a']), { acks })
      const before = (await broker.fetch('t', 0)).highWatermark
      expect(await isPending(answer)).toBe(true)
      storage.release()
      expect(await answer).toMatchObject({ error: 'NONE' })
      expect((await broker.fetch('t', 0)).highWatermark).toBe(before + 1)
    }
  })

  it('P13: whatever leader epoch the producer put in is overwritten', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const batch = batchOf(['a'])
    batch.writeInt32BE(77, 12)
    expect(await broker.produce('t', batch)).toMatchObject({ error: 'NONE' })
    const { records } = await broker.fetch('t', 0)
    expect(readBatchHeader(records![0]!).partitionLeaderEpoch).toBe(0)
  })

  it('a transactional id does not matter to a batch that belongs to no transaction', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const request = produceRequest([{ topic: 't', records: [batchOf(['a'])] }], { transactionalId: 'tx' })
    const { responses } = await broker.ask(produce, request)
    expect(errorName(responses[0]!.partitionResponses[0]!.errorCode)).toBe('NONE')
  })

  it('C2: acks=0 gets no answer, and a batch that is refused closes the connection', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const good = produceRequest([{ topic: 't', records: [batchOf(['a'])] }], { acks: 0 })
    expect(await broker.ask(produce, good)).toBeNull()
    expect(await broker.records('t')).toHaveLength(1)
    const bad = produceRequest([{ topic: 'missing', records: [batchOf(['a'])] }], { acks: 0 })
    await expect(broker.ask(produce, bad)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })

  it('requests of one connection are appended in order, also when an earlier one has to be unpacked', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { configs: { 'compression.type': 'gzip' } })
    const answers = [
      broker.produce('t', await packedBatchOf('zstd', ['0'])),
      broker.produce('t', batchOf(['1'])),
      broker.produce('t', await packedBatchOf('gzip', ['2'])),
      broker.produce('t', await packedBatchOf('lz4', ['3'])),
    ]
    expect((await Promise.all(answers)).map(({ baseOffset }) => baseOffset)).toEqual([0, 1, 2, 3])
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['0', '1', '2', '3'])
  })

  it('records that come in several pieces are one batch', async () => {
    await using broker = await startBroker()
    await broker.createTopic('plain')
    await broker.createTopic('gzip', { configs: { 'compression.type': 'gzip' } })
    for (const topic of ['plain', 'gzip']) {
      for (const cut of [3, 30, 61, 63]) {
        const batch = batchOf(['pieces'])
        const records = [batch.subarray(0, cut), batch.subarray(cut)]
        const { responses } = await broker.ask(produce, produceRequest([{ topic, records }]))
        expect(errorName(responses[0]!.partitionResponses[0]!.errorCode)).toBe('NONE')
      }
      expect(await broker.records(topic)).toHaveLength(4)
    }
    const { records } = await broker.fetch('gzip', 0)
    expect(records!.map((batch) => readBatchHeader(batch).compression)).toEqual(Array(4).fill('gzip'))
  })

  it('a number beyond 2^53 in the header of a compressed batch refuses the batch, not the connection', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { configs: { 'cleanup.policy': 'compact' } })
    const batch = forged(await packedBatchOf('gzip', ['a'], { key: 'k' }), (bytes) =>
      bytes.writeBigInt64BE(2n ** 60n, 35),
    )
    expect(await broker.produce('t', batch)).toMatchObject({ error: 'INVALID_RECORD' })
    expect(await broker.produce('t', batchOf(['a'], { key: 'k' }))).toMatchObject({ error: 'NONE' })
  })
})
