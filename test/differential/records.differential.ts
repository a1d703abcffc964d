import { describe } from 'vitest'
import { deleteRecords } from '../../src/protocol/apis/delete-records.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { offsetForLeaderEpoch } from '../../src/protocol/apis/offset-for-leader-epoch.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import {
  type FetchOptions,
  fetchRequest,
  listOffsetsRequest,
  produceRequest,
  type Wanted,
} from '../support/broker-requests.ts'
import { batchOf, forged, packedBatchOf } from '../support/record-batches.ts'
import { type Compared, sameAnswers } from './compared.ts'

const hourMs = 3_600_000

function send(broker: Compared, topic: string, batch: Buffer | null, version = 9, acks = -1) {
  return broker.ask(produce, version, produceRequest([{ topic, records: batch === null ? null : [batch] }], { acks }))
}

/** Sends a batch until it is taken. */
async function put(broker: Compared, topic: string, batch: Buffer, partition = 0): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { responses } = await broker.tell(
      produce,
      9,
      produceRequest([{ topic, partition, records: [Buffer.from(batch)] }]),
    )
    if (responses[0]?.partitionResponses[0]?.errorCode === 0) return
  }
  throw new Error(`${topic} takes nothing`)
}

function read(broker: Compared, wanted: readonly Wanted[], options: FetchOptions = {}, version = 11) {
  return broker.ask(fetch, version, fetchRequest(wanted, options))
}

describe('Produce', () => {
  sameAnswers('what is taken, in every version', async (broker) => {
    const topic = await broker.topic('taken')
    for (const version of [3, 5, 7, 8, 9, 11, 12]) await send(broker, topic, batchOf(['a', 'b']), version)
    for (const codec of ['gzip', 'snappy', 'lz4', 'zstd'] as const)
      await send(broker, topic, await packedBatchOf(codec, ['a', 'b']))
    await send(broker, topic, batchOf(['one']), 9, 1)
    await send(broker, topic, batchOf([null, ''], { keys: ['k', null] }))
    await read(broker, [{ topic, offset: 0 }])
  })

  sameAnswers('what is refused', async (broker) => {
    const topic = await broker.topic('refused')
    const fine = () => batchOf(['a', 'b'])
    const forge = (change: (bytes: Buffer) => void) => forged(fine(), change)
    for (const version of [7, 9]) {
      await send(broker, topic, fine(), version, 2)
      await send(broker, `missing-${broker.run}`, fine(), version)
      await broker.ask(produce, version, produceRequest([{ topic, partition: 7, records: [fine()] }]))
      await send(broker, topic, Buffer.alloc(0), version)
      await send(broker, topic, fine().subarray(0, 40), version)
      await send(broker, topic, Buffer.concat([fine(), fine()]), version)
      await send(
        broker,
        topic,
        forge((bytes) => bytes.writeBigInt64BE(5n, 0)),
        version,
      )
      await send(
        broker,
        topic,
        forge((bytes) => bytes.writeInt8(1, 16)),
        version,
      )
      await send(
        broker,
        topic,
        forge((bytes) => bytes.writeInt8(5, 16)),
        version,
      )
      const damaged = fine()
      damaged[damaged.length - 2]! ^= 1
      await send(broker, topic, damaged, version)
      await send(
        broker,
        topic,
        forge((bytes) => bytes.writeInt32BE(3, 57)),
        version,
      )
      await send(
        broker,
        topic,
        forge((bytes) => bytes.writeInt32BE(0, 57)),
        version,
      )
      await send(
        broker,
        topic,
        forge((bytes) => bytes.writeInt32BE(-1, 23)),
        version,
      )
      await send(
        broker,
        topic,
        forge((bytes) => bytes.writeInt16BE(0x20, 21)),
        version,
      )
      await send(
        broker,
        topic,
        forge((bytes) => bytes.writeBigInt64BE(7n, 43)),
        version,
      )
    }
    await send(broker, topic, await packedBatchOf('zstd', ['a']), 6)
    await read(broker, [{ topic, offset: 0 }])
  })

  sameAnswers('what a topic asks of records', async (broker) => {
    const compacted = await broker.topic('compacted', { configs: { 'cleanup.policy': 'compact' } })
    for (const version of [7, 8, 9]) {
      await send(broker, compacted, batchOf(['a', 'b'], { keys: ['k', null] }), version)
      await send(broker, compacted, await packedBatchOf('gzip', ['a', 'b'], { keys: [null, 'k'] }), version)
    }
    const small = await broker.topic('small', { configs: { 'max.message.bytes': '200' } })
    await send(broker, small, batchOf(['x'.repeat(100)]))
    await send(broker, small, batchOf(['x'.repeat(200)]))
    const now = Date.now()
    const strict = await broker.topic('strict', {
      configs: { 'message.timestamp.before.max.ms': String(hourMs), 'message.timestamp.after.max.ms': String(hourMs) },
    })
    for (const shift of [0, -2 * hourMs, 2 * hourMs])
      await send(broker, strict, batchOf(['a'], { timestamp: now + shift }))
    const stamped = await broker.topic('stamped', { configs: { 'message.timestamp.type': 'LogAppendTime' } })
    await send(broker, stamped, batchOf(['a']))
    await send(
      broker,
      stamped,
      forged(batchOf(['a']), (bytes) => bytes.writeInt16BE(8, 21)),
    )
    await send(
      broker,
      strict,
      forged(batchOf(['a'], { timestamp: now }), (bytes) => bytes.writeInt16BE(8, 21)),
    )
  })

  sameAnswers('idempotent producers', async (broker) => {
    const topic = await broker.topic('idempotent')
    const { producerId } = await broker.askUntil(
      initProducerId,
      4,
      { transactionalId: null, transactionTimeoutMs: 60_000 },
      ({ errorCode }) => errorCode === 0,
    )
    const batch = (baseSequence: number, epoch = 0, count = 1) =>
      batchOf(
        Array.from({ length: count }, (_, at) => `${baseSequence + at}`),
        { producerId, producerEpoch: epoch, baseSequence },
      )
    for (const sequence of [0, 1, 2, 2, 0, 4, 3, 4, 5, 6, 7]) await send(broker, topic, batch(sequence))
    for (const sequence of [2, 3, 7]) await send(broker, topic, batch(sequence))
    await send(broker, topic, batch(6, 0, 2))
    await send(broker, topic, batch(1, 1))
    await send(broker, topic, batch(0, 1))
    await send(broker, topic, batch(8, 0))
    await send(broker, topic, batch(1, 1))
    const other = await broker.topic('idempotent-later')
    await send(broker, other, batch(100, 1))
    await send(broker, other, batch(101, 1))
    for (const each of [topic, other])
      await broker.ask(listOffsets, 5, listOffsetsRequest([{ topic: each, timestamp: -1 }]))
  })
})

describe('Fetch', () => {
  sameAnswers('offsets', async (broker) => {
    const topic = await broker.topic('fetched', { partitions: 2 })
    for (const values of [['a', 'b', 'c'], ['d'], ['e', 'f']]) await put(broker, topic, batchOf(values))
    for (const version of [4, 6, 11, 12]) {
      for (const offset of [0, 1, 3, 4, 6, 7, -1, 100]) await read(broker, [{ topic, offset }], {}, version)
    }
    await read(broker, [{ topic, partition: 5, offset: 0 }])
    await read(broker, [{ topic: `missing-${broker.run}`, offset: 0 }])
    await read(broker, [{ topic, offset: 0, leaderEpoch: 0 }])
    await read(broker, [{ topic, offset: 0, leaderEpoch: 9 }])
    await read(broker, [
      { topic, offset: 0 },
      { topic, partition: 1, offset: 0 },
      { topic, offset: 4 },
    ])
  })

  sameAnswers('what was fetched last', async (broker) => {
    const topic = await broker.topic('diverging', { partitions: 2 })
    await put(broker, topic, batchOf(['a', 'b', 'c']))
    for (const version of [11, 12]) {
      for (const lastFetchedEpoch of [-1, 0, 5]) {
        for (const offset of [0, 2, 3, 9]) await read(broker, [{ topic, offset, lastFetchedEpoch }], {}, version)
        await read(broker, [{ topic, partition: 1, offset: 0, lastFetchedEpoch }], {}, version)
      }
    }
    await read(broker, [{ topic, offset: 9, lastFetchedEpoch: 0, leaderEpoch: 9 }], {}, 12)
    await read(
      broker,
      [
        { topic, offset: 9, lastFetchedEpoch: 0 },
        { topic, partition: 1, offset: 0 },
      ],
      { maxWaitMs: 100 },
      12,
    )
  })

  sameAnswers('limits', async (broker) => {
    const topic = await broker.topic('limits', { partitions: 2 })
    for (const partition of [0, 1]) {
      for (const value of ['a', 'b', 'c']) {
        await put(broker, topic, batchOf([value.repeat(500)]), partition)
      }
    }
    const both = (maxBytes: number) => [
      { topic, partition: 0, offset: 0, maxBytes },
      { topic, partition: 1, offset: 0, maxBytes },
    ]
    for (const maxBytes of [0, 1, 600, 1200, 5000]) {
      await read(broker, both(5000), { maxBytes })
      await read(broker, both(maxBytes))
    }
    await read(broker, both(5000), { minBytes: 10_000, maxWaitMs: 50 })
  })

  sameAnswers('by id, and in sessions', async (broker) => {
    const topic = await broker.topic('by-id')
    await put(broker, topic, batchOf(['a']))
    const { topics } = await broker.tell(metadata, 12, { topics: [{ name: topic, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }] })
    const { topicId } = topics[0]!
    for (const version of [13, 15, 17]) {
      await read(broker, [{ topicId, offset: 0 }], {}, version)
      await read(broker, [{ topicId: 'AAAAAAAAAAAAAAAAAAAAEg', offset: 0 }], {}, version)
    }
    for (const version of [7, 11, 12]) {
      await read(broker, [{ topic, offset: 0 }], { sessionId: 12345, sessionEpoch: 1 }, version)
      await read(broker, [{ topic, offset: 0 }], { sessionId: 12345, sessionEpoch: 0 }, version).catch(() => {})
    }
  })
})

describe('offsets', () => {
  sameAnswers('ListOffsets', async (broker) => {
    const topic = await broker.topic('times')
    const base = Date.now() - 10_000
    const at = (deltas: number[]) => batchOf(deltas.map(String), { timestamps: deltas.map((delta) => base + delta) })
    for (const deltas of [[0, 10], [30, 20], [5]]) await put(broker, topic, at(deltas))
    const ask = (version: number, timestamp: number, more = {}) =>
      broker.tell(listOffsets, version, listOffsetsRequest([{ topic, timestamp, ...more }])).then(({ topics }) => {
        const [found] = topics[0]!.partitions
        return { ...found, timestamp: found!.timestamp > 0 ? found!.timestamp - base : found!.timestamp }
      })
    for (const version of [1, 4, 6, 7, 8, 9, 10, 11]) {
      for (const timestamp of [
        -1,
        -2,
        -3,
        -4,
        -5,
        -6,
        base - 1,
        base,
        base + 1,
        base + 15,
        base + 25,
        base + 30,
        base + 31,
      ]) {
        broker.note(`v${version} ${timestamp < 0 ? timestamp : timestamp - base}`, await ask(version, timestamp))
      }
    }
    for (const leaderEpoch of [0, 5]) {
      await broker.ask(listOffsets, 4, listOffsetsRequest([{ topic, timestamp: -1, leaderEpoch }]))
    }
    await broker.ask(listOffsets, 5, listOffsetsRequest([{ topic: `missing-${broker.run}`, timestamp: -1 }]))
    await broker.ask(listOffsets, 5, listOffsetsRequest([{ topic, partition: 3, timestamp: -1 }]))
    const { topics: twice } = listOffsetsRequest([{ topic, timestamp: -1 }])
    const [named] = twice
    await broker.ask(listOffsets, 5, {
      replicaId: -1,
      topics: [{ name: topic, partitions: [...named!.partitions, ...named!.partitions] }],
    })
    const empty = await broker.topic('times-empty')
    for (const timestamp of [-1, -2, -3, base])
      await broker.ask(listOffsets, 7, listOffsetsRequest([{ topic: empty, timestamp }]))
  })

  sameAnswers('OffsetForLeaderEpoch', async (broker) => {
    const topic = await broker.topic('epochs')
    await put(broker, topic, batchOf(['a', 'b']))
    for (const [currentLeaderEpoch, leaderEpoch] of [
      [-1, 0],
      [0, 0],
      [-1, 5],
      [-1, -1],
      [3, 0],
    ] as const) {
      await broker.ask(offsetForLeaderEpoch, 4, {
        topics: [{ topic, partitions: [{ partition: 0, currentLeaderEpoch, leaderEpoch }] }],
      })
    }
    await broker.ask(offsetForLeaderEpoch, 3, {
      topics: [
        { topic: `missing-${broker.run}`, partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0 }] },
      ],
    })
  })

  sameAnswers('DeleteRecords', async (broker) => {
    const topic = await broker.topic('trimmed')
    for (const values of [
      ['a', 'b', 'c'],
      ['d', 'e'],
    ])
      await put(broker, topic, batchOf(values))
    const trim = (offset: number, name = topic, partitionIndex = 0) =>
      broker.ask(deleteRecords, 2, { topics: [{ name, partitions: [{ partitionIndex, offset }] }], timeoutMs: 5000 })
    for (const offset of [1, 0, 6, -2, 2]) await trim(offset)
    await read(broker, [{ topic, offset: 1 }])
    await read(broker, [{ topic, offset: 2 }])
    await trim(-1)
    await trim(0, `missing-${broker.run}`)
    await trim(0, topic, 4)
    for (const timestamp of [-1, -2]) await broker.ask(listOffsets, 5, listOffsetsRequest([{ topic, timestamp }]))
    const compacted = await broker.topic('trimmed-compacted', { configs: { 'cleanup.policy': 'compact' } })
    await trim(0, compacted)
  })
})
