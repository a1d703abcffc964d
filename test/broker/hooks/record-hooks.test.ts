import { describe, expect, it } from 'vitest'
import type { AppendRecord, Hook } from '../../../src/core/hook.ts'
import type { Message } from '../../../src/core/message.ts'
import { produce } from '../../../src/protocol/apis/produce.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { readBatchHeader } from '../../../src/records/header.ts'
import { openRecords } from '../../../src/records/record-cursor.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { produceRequest } from '../../support/broker-requests.ts'
import { batchOf, packedBatchOf, someTime } from '../../support/record-batches.ts'

const textOf = ({ value }: { readonly value: Buffer | null }) => value?.toString() ?? null

/** A broker with these hooks and a topic. */
async function startWith(hooks: readonly Hook[], configs: Record<string, string> = {}) {
  const broker = await startBroker({ hooks })
  await broker.createTopic('t', { configs })
  return broker
}

describe('onAppend', () => {
  it('sees each record before it is written, with all its parts', async () => {
    const seen: AppendRecord[] = []
    await using broker = await startWith([{ name: 'look', onAppend: (record) => void seen.push(record) }])
    const headers = [
      { key: 'h', value: Buffer.from('1') },
      { key: 'h', value: null },
    ]
    await broker.produce('t', batchOf(['a', null], { key: 'k', headers }))
    const common = { topic: 't', partition: 0, timestamp: someTime, key: Buffer.from('k'), headers }
    expect(seen).toEqual([
      { ...common, value: Buffer.from('a') },
      { ...common, value: null },
    ])
  })

  it('that has nothing to say leaves the batch byte for byte', async () => {
    await using broker = await startWith([{ name: 'look', onAppend: async () => {} }])
    const batch = await packedBatchOf('lz4', ['a', 'b'])
    const sent = Buffer.from(batch.subarray(16))
    await broker.produce('t', batch)
    expect((await broker.fetch('t', 0)).records![0]!.subarray(16).equals(sent)).toBe(true)
  })

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'may change key, value and headers, with %s',
    async (codec) => {
      const edit: Hook = {
        name: 'edit',
        onAppend: (record) =>
          textOf(record) === 'b'
            ? { key: Buffer.from('new'), value: null, headers: [{ key: 'by', value: Buffer.from('hook') }] }
            : undefined,
      }
      await using broker = await startWith([edit])
      expect(await broker.produce('t', await packedBatchOf(codec, ['a', 'b'], { key: 'k' }))).toMatchObject({
        error: 'NONE',
      })
      expect(await broker.records('t')).toEqual([
        { offset: 0, timestamp: someTime, key: 'k', value: 'a' },
        { offset: 1, timestamp: someTime, key: 'new', value: null },
      ])
      const { records } = await broker.fetch('t', 0)
      const cursor = (await openRecords([...records!])).cursor()
      cursor.next()
      expect(cursor.headers()).toEqual([])
      cursor.next()
      expect(cursor.headers()).toEqual([{ key: 'by', value: Buffer.from('hook') }])
      expect(readBatchHeader(records![0]!).compression).toBe(codec)
    },
  )

  it('each hook sees what those before it made, in order of registration, until one drops the record', async () => {
    const append = (name: string): Hook => ({
      name,
      onAppend: ({ value }) => ({ value: Buffer.concat([value!, Buffer.from(name)]) }),
    })
    const seen: Array<string | null> = []
    const hooks: Hook[] = [
      append('1'),
      { name: 'drop', onAppend: (record) => (textOf(record) === 'b1' ? 'drop' : undefined) },
      append('2'),
      { name: 'look', onAppend: (record) => void seen.push(textOf(record)) },
    ]
    await using broker = await startWith(hooks)
    await broker.produce('t', batchOf(['a', 'b', 'c']))
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['a12', 'c12'])
    expect(seen).toEqual(['a12', 'c12'])
  })

  it('a dropped record leaves a gap: offsets and sequences stay true', async () => {
    await using broker = await startWith([
      { name: 'drop', onAppend: (record) => (textOf(record) === 'x' ? 'drop' : undefined) },
    ])
    const first = () => batchOf(['x', 'b', 'x'], { producerId: 7, baseSequence: 0 })
    expect(await broker.produce('t', first())).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect(await broker.produce('t', batchOf(['d'], { producerId: 7, baseSequence: 3 }))).toMatchObject({
      baseOffset: 3,
    })
    expect((await broker.records('t')).map(({ offset, value }) => `${offset}${value}`)).toEqual(['1b', '3d'])
    expect(await broker.produce('t', first())).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect((await broker.listOffsets('t', -1)).offset).toBe(4)
  })

  it('a batch of which all records are dropped is a header alone: readers move on', async () => {
    await using broker = await startWith([
      { name: 'drop', onAppend: (record) => (textOf(record) === 'x' ? 'drop' : undefined) },
    ])
    for (const codec of ['none', 'gzip'] as const) {
      expect(await broker.produce('t', await packedBatchOf(codec, ['x', 'x']))).toMatchObject({ error: 'NONE' })
    }
    await broker.produce('t', batchOf(['a']))
    expect((await broker.records('t')).map(({ offset }) => offset)).toEqual([4])
    const { records } = await broker.fetch('t', 0)
    expect(records!.map((batch) => readBatchHeader(batch).lastOffset)).toEqual([1, 3, 4])
  })

  it('a refusal fails its batch with the error and message of the hook, and nothing of it is written', async () => {
    const refuse: Hook = {
      name: 'refuse',
      onAppend: (record) =>
        textOf(record) === 'bad' ? { refuse: 'POLICY_VIOLATION', message: 'no bad words' } : undefined,
    }
    await using broker = await startBroker({ hooks: [refuse] })
    await broker.createTopic('t', { partitions: 2 })
    const request = produceRequest([
      { topic: 't', partition: 0, records: [batchOf(['good', 'bad'])] },
      { topic: 't', partition: 1, records: [batchOf(['good'])] },
    ])
    const { responses } = await broker.ask(produce, request)
    const [first, second] = responses.map(({ partitionResponses: [one] }) => one!)
    expect([errorName(first!.errorCode), first!.errorMessage]).toEqual(['POLICY_VIOLATION', 'no bad words'])
    expect(errorName(second!.errorCode)).toBe('NONE')
    expect(await broker.records('t', 0, 0)).toEqual([])
    expect(await broker.records('t', 0, 1)).toHaveLength(1)
  })

  it('is not asked about batches that are refused anyway', async () => {
    let asked = 0
    await using broker = await startWith([{ name: 'count', onAppend: () => void asked++ }])
    const damaged = batchOf(['a'])
    damaged[damaged.length - 1]! ^= 1
    await broker.produce('t', damaged)
    await broker.produce('t', batchOf(['a'], { timestamp: someTime * 2 }))
    await broker.produce('missing', batchOf(['a']))
    expect(asked).toBe(0)
  })

  it('cannot write what the topic refuses: a null key where it is compacted, more than max.message.bytes', async () => {
    await using compacted = await startWith([{ name: 'n', onAppend: () => ({ key: null }) }], {
      'cleanup.policy': 'compact',
    })
    expect(await compacted.produce('t', batchOf(['a'], { key: 'k' }))).toMatchObject({ error: 'INVALID_RECORD' })
    const grow: Hook = { name: 'grow', onAppend: () => ({ value: Buffer.alloc(2000) }) }
    await using small = await startWith([grow], { 'max.message.bytes': '1000' })
    expect(await small.produce('t', batchOf(['a']))).toMatchObject({ error: 'MESSAGE_TOO_LARGE' })
  })

  it('works with another compression.type and with LogAppendTime', async () => {
    const upper: Hook = {
      name: 'upper',
      onAppend: (record) => ({ value: Buffer.from(textOf(record)!.toUpperCase()) }),
    }
    await using broker = await startWith([upper], {
      'compression.type': 'zstd',
      'message.timestamp.type': 'LogAppendTime',
    })
    await broker.produce('t', await packedBatchOf('gzip', ['a', 'b'], { timestamp: 5 }))
    expect(await broker.records('t')).toMatchObject([{ value: 'A', timestamp: broker.clock.now() }, { value: 'B' }])
  })

  it('is asked about its topics alone', async () => {
    const seen: string[] = []
    await using broker = await startBroker({
      hooks: [{ name: 'some', topics: ['__proto__', 'b'], onAppend: ({ topic }) => void seen.push(topic) }],
    })
    for (const topic of ['a', 'b', '__proto__', 'constructor']) {
      await broker.createTopic(topic)
      await broker.produce(topic, batchOf(['x']))
    }
    expect(seen).toEqual(['b', '__proto__'])
  })
})

describe('onAppended', () => {
  it('is told what became durable, after the fact, and not of duplicates', async () => {
    const told: object[] = []
    await using broker = await startWith([{ name: 'told', onAppended: (event) => void told.push(event) }])
    const batch = () => batchOf(['a', 'b'], { producerId: 7, baseSequence: 0 })
    const sizeBytes = batch().length
    await broker.produce('t', batch())
    await broker.produce('t', batch())
    await broker.produce('t', batchOf(['x'], { producerId: 7, baseSequence: 9 }))
    expect(told).toEqual([{ topic: 't', partition: 0, baseOffset: 0, lastOffset: 1, sizeBytes }])
  })
})

describe('onDeliver', () => {
  it('may change and drop records on their way out; what is stored stays', async () => {
    let isOn = true
    const hook: Hook = {
      name: 'mask',
      onDeliver: ({ offset, value }) =>
        !isOn ? undefined : offset === 1 ? 'drop' : { value: Buffer.from(`<${value}>`) },
    }
    await using broker = await startWith([hook])
    await broker.produce('t', await packedBatchOf('gzip', ['a', 'b', 'c']))
    expect((await broker.records('t')).map(({ offset, value }) => `${offset}${value}`)).toEqual(['0<a>', '2<c>'])
    isOn = false
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['a', 'b', 'c'])
  })

  it('sees whole messages, each once per answer, also when the fetch had to wait', async () => {
    const seen: Message[] = []
    await using broker = await startWith([{ name: 'look', onDeliver: (message) => void seen.push(message) }])
    const fetched = broker.fetch('t', 0, { maxWaitMs: 1000, minBytes: 2 * batchOf(['a']).length })
    await broker.produce('t', batchOf(['a'], { key: 'k' }))
    await broker.produce('t', batchOf(['b']))
    await fetched
    expect(seen.map(textOf)).toEqual(['a', 'b'])
    expect(seen[0]).toEqual({
      topic: 't',
      partition: 0,
      offset: 0,
      timestamp: someTime,
      timestampType: 'create',
      key: Buffer.from('k'),
      value: Buffer.from('a'),
      headers: [],
    })
  })

  it('a batch of which it drops everything goes out as its header', async () => {
    await using broker = await startWith([{ name: 'drop', onDeliver: () => 'drop' }])
    await broker.produce('t', await packedBatchOf('zstd', ['a', 'b']))
    const { records, highWatermark } = await broker.fetch('t', 0)
    expect(highWatermark).toBe(2)
    expect(records!.map((batch) => readBatchHeader(batch))).toMatchObject([
      { baseOffset: 0, lastOffset: 1, recordCount: 0 },
    ])
  })

  it('is asked about its topics alone, and its failure concerns its partition alone', async () => {
    const hook: Hook = {
      name: 'fails',
      topics: ['a'],
      onDeliver: () => {
        throw new Error('no')
      },
    }
    await using broker = await startBroker({ hooks: [hook] })
    for (const topic of ['a', 'b']) {
      await broker.createTopic(topic)
      await broker.produce(topic, batchOf(['x']))
    }
    expect(await broker.fetch('a', 0)).toMatchObject({ error: 'UNKNOWN_SERVER_ERROR', records: [] })
    expect(await broker.fetch('b', 0)).toMatchObject({ error: 'NONE' })
  })
})
