import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Hook } from '../../../src/core/hook.ts'
import { loadCodec } from '../../../src/records/compression.ts'
import { batchOverheadBytes, readBatchHeader } from '../../../src/records/header.ts'
import { trust } from '../../../src/records/trusted-batches.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { batchOf, batchWithPayload, forged, packedBatchOf, someTime } from '../../support/record-batches.ts'

const hourMs = 3_600_000

/** Sends a batch to a new topic with these configs; also tells what is in the topic then. */
async function sendTo(
  configs: Record<string, string>,
  batch: Buffer | null,
  version = 12,
  hooks: readonly Hook[] = [],
) {
  await using broker = await startBroker({ hooks })
  await broker.createTopic('t', { configs })
  const answer = await broker.produce('t', batch, { version })
  const { records } = await broker.fetch('t', 0)
  return { ...answer, stored: records!, records: await broker.records('t'), nowMs: broker.clock.now() }
}

describe('the checks of a produced batch', () => {
  const cut = batchOf(['some value']).subarray(0, -1)
  const withByte = (at: number, value: number) => forged(batchOf(['a']), (bytes) => bytes.writeInt8(value, at))
  const withInt32 = (at: number, value: number) => forged(batchOf(['a']), (bytes) => bytes.writeInt32BE(value, at))
  const refused: ReadonlyArray<[what: string, batch: Buffer | null, error: string]> = [
    ['P4: no records at all', null, 'INVALID_RECORD'],
    ['P4: an empty record set', Buffer.alloc(0), 'INVALID_RECORD'],
    ['P4: a batch that is cut', cut, 'INVALID_RECORD'],
    ['P4: two batches', Buffer.concat([batchOf(['a']), batchOf(['b'])]), 'INVALID_RECORD'],
    ['P4: magic 0', withByte(16, 0), 'INVALID_RECORD'],
    ['P4: magic 1', withByte(16, 1), 'INVALID_RECORD'],
    ['P4: magic 3', withByte(16, 3), 'CORRUPT_MESSAGE'],
    ['P4: magic -1', withByte(16, -1), 'CORRUPT_MESSAGE'],
    ['P4: a length below 14', withInt32(8, 13), 'CORRUPT_MESSAGE'],
    ['P4: a negative length', withInt32(8, -1), 'CORRUPT_MESSAGE'],
    ['P5: a base offset', forged(batchOf(['a']), (bytes) => bytes.writeBigInt64BE(1n, 0)), 'INVALID_RECORD'],
    ['P6: no records in the header', withInt32(57, 0), 'INVALID_RECORD'],
    ['P6: a negative record count', withInt32(57, -1), 'INVALID_RECORD'],
    ['P6: a last offset delta that is not the count', withInt32(23, 5), 'INVALID_RECORD'],
    ['P6: a control batch', withByte(22, 0x20), 'INVALID_RECORD'],
    [
      'P6: a producer without a sequence',
      forged(batchOf(['a'], { producerId: 1 }), (b) => b.writeInt32BE(-1, 53)),
      'INVALID_RECORD',
    ],
    ['P10c: a codec that does not exist', withByte(22, 5), 'INVALID_RECORD'],
    ['a record that is longer than the batch', batchWithPayload(Buffer.from([0x7e, 0, 0])), 'INVALID_RECORD'],
    [
      'bytes behind the last record',
      batchWithPayload(Buffer.concat([batchOf(['a']).subarray(61), Buffer.from('x')])),
      'INVALID_RECORD',
    ],
    [
      'P8: offset deltas that are not 0, 1, 2',
      batchWithPayload(batchOf(['a', 'b']).subarray(61 + 8)),
      'INVALID_RECORD',
    ],
  ]

  it.each(refused)('%s is refused, and nothing is stored', async (_what, batch, error) => {
    expect(await sendTo({}, batch)).toMatchObject({ error, baseOffset: -1, records: [] })
  })

  it('P5: a wrong CRC is refused', async () => {
    const batch = batchOf(['abc'])
    batch[batch.length - 2]! ^= 0x10
    expect(await sendTo({}, batch)).toMatchObject({ error: 'CORRUPT_MESSAGE', records: [] })
  })

  it('P5: a batch above max.message.bytes is refused with MESSAGE_TOO_LARGE, one of exactly that size is not', async () => {
    const batch = batchOf(['x'.repeat(1000)])
    const configs = (bytes: number) => ({ 'max.message.bytes': String(bytes) })
    expect(await sendTo(configs(batch.length), Buffer.from(batch))).toMatchObject({ error: 'NONE' })
    expect(await sendTo(configs(batch.length - 1), batch)).toMatchObject({ error: 'MESSAGE_TOO_LARGE', records: [] })
  })

  it('P5: a batch above segment.bytes is refused with RECORD_LIST_TOO_LARGE', async () => {
    const batch = batchOf(['x'.repeat(2 ** 20)])
    const configs = { 'segment.bytes': String(2 ** 20), 'max.message.bytes': String(2 ** 22) }
    expect(await sendTo(configs, batch)).toMatchObject({ error: 'RECORD_LIST_TOO_LARGE', records: [] })
  })

  it('P5: of several things that are wrong the first in order is told', async () => {
    const tooLargeAndOffset = forged(batchOf(['x'.repeat(500)]), (bytes) => bytes.writeBigInt64BE(1n, 0))
    expect(await sendTo({ 'max.message.bytes': '100' }, tooLargeAndOffset)).toMatchObject({ error: 'INVALID_RECORD' })
    const tooLargeAndDamaged = batchOf(['x'.repeat(500)])
    tooLargeAndDamaged[100]! ^= 1
    expect(await sendTo({ 'max.message.bytes': '100' }, tooLargeAndDamaged)).toMatchObject({
      error: 'MESSAGE_TOO_LARGE',
    })
  })

  it('P4: bytes behind the batch that are too few for another are trimmed', async () => {
    const batch = batchOf(['a'])
    for (const configs of [{}, { 'compression.type': 'gzip' }]) {
      const answer = await sendTo(configs, Buffer.concat([Buffer.from(batch), Buffer.alloc(11, 7)]))
      expect(answer).toMatchObject({ error: 'NONE', records: [{ value: 'a' }] })
      expect(answer.stored[0]!.length).toBe(readBatchHeader(answer.stored[0]!).sizeBytes)
    }
  })

  it('P4: zstd is taken from Produce version 7 on', async () => {
    const batch = await packedBatchOf('zstd', ['a'])
    expect(await sendTo({}, Buffer.from(batch), 6)).toMatchObject({
      error: 'UNSUPPORTED_COMPRESSION_TYPE',
      records: [],
    })
    expect(await sendTo({}, batch, 7)).toMatchObject({ error: 'NONE', records: [{ value: 'a' }] })
  })
})

describe('a produced batch for a compacted topic', () => {
  const compact = { 'cleanup.policy': 'compact' }

  it('P7: is refused whole when a record has no key, and the answer names the record', async () => {
    for (const policy of ['compact', 'compact,delete']) {
      const batch = batchOf(['a', 'b', 'c'], { keys: ['1', null, '3'] })
      const answer = await sendTo({ 'cleanup.policy': policy }, batch)
      expect(answer).toMatchObject({ error: 'INVALID_RECORD', records: [] })
      expect(answer.recordErrors).toEqual([{ batchIndex: 1, batchIndexErrorMessage: expect.stringContaining('key') }])
    }
  })

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('P7: is unpacked to find that out, with %s', async (codec) => {
    const bad = await packedBatchOf(codec, ['a', 'b'], { keys: ['1', null] })
    expect(await sendTo(compact, bad)).toMatchObject({ error: 'INVALID_RECORD', records: [] })
    const good = await packedBatchOf(codec, ['a', 'b'], { keys: ['1', ''] })
    const answer = await sendTo(compact, good)
    expect(answer).toMatchObject({ error: 'NONE', records: [{ key: '1' }, { key: '' }] })
    expect(readBatchHeader(answer.stored[0]!).compression).toBe(codec)
  })

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('X1: is refused when %s inflates to a bomb', async (codec) => {
    const packed = (await loadCodec(codec)).compress(Buffer.alloc(40 * 2 ** 20))
    const bomb = forged(
      Buffer.concat([(await packedBatchOf(codec, ['a'])).subarray(0, batchOverheadBytes), packed]),
      (bytes) => bytes.writeInt32BE(bytes.length - 12, 8),
    )
    expect(await sendTo({ ...compact, 'max.message.bytes': String(2 ** 21) }, bomb)).toMatchObject({
      error: 'CORRUPT_MESSAGE',
      records: [],
    })
  })
})

describe('a batch that this process built', () => {
  /** Its CRC is wrong, as nobody would know who does not look. */
  function trusted(values: string[], options: Parameters<typeof batchOf>[1] & { min?: number } = {}): Buffer {
    const batch = batchOf(values, { timestamp: someTime, ...options })
    batch.writeUInt32BE(1, 17)
    trust(batch, options.min ?? someTime)
    return batch
  }

  it('is not looked at again', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    expect(await broker.produce('t', trusted(['a', 'b']))).toMatchObject({ error: 'NONE', baseOffset: 0 })
  })

  it('is looked at where a hook may have changed it', async () => {
    const hook: Hook = { name: 'idle', onRequest: () => undefined }
    expect(await sendTo({}, trusted(['a']), 12, [hook])).toMatchObject({ error: 'CORRUPT_MESSAGE', records: [] })
  })

  it('is looked at when it is sent again, which is a copy', async () => {
    expect(await sendTo({}, Buffer.from(trusted(['a'])))).toMatchObject({ error: 'CORRUPT_MESSAGE', records: [] })
  })

  it('is held against the rules of the topic all the same', async () => {
    const keyless = await sendTo({ 'cleanup.policy': 'compact' }, trusted(['a', 'b'], { keys: ['1', null] }))
    expect(keyless).toMatchObject({ error: 'INVALID_RECORD', recordErrors: [{ batchIndex: 1 }], records: [] })
    const early = trusted(['a', 'b'], { timestamps: [someTime, someTime - 1001], min: someTime - 1001 })
    const configs = { 'message.timestamp.before.max.ms': '1000' }
    expect(await sendTo(configs, early)).toMatchObject({ error: 'INVALID_TIMESTAMP', records: [] })
    const large = trusted(['x'.repeat(500)])
    expect(await sendTo({ 'max.message.bytes': '100' }, large)).toMatchObject({
      error: 'MESSAGE_TOO_LARGE',
      records: [],
    })
  })
})

describe('timestamps of a produced batch', () => {
  it('P9: later than the clock by more than message.timestamp.after.max.ms are refused', async () => {
    const atLimit = batchOf(['a'], { timestamp: someTime + hourMs })
    expect(await sendTo({}, atLimit)).toMatchObject({ error: 'NONE' })
    const beyond = batchOf(['a', 'b'], { timestamps: [someTime, someTime + hourMs + 1] })
    expect(await sendTo({}, beyond)).toMatchObject({ error: 'INVALID_TIMESTAMP', records: [] })
    const packed = await packedBatchOf('gzip', ['a'], { timestamp: someTime + hourMs + 1 })
    expect(await sendTo({}, packed)).toMatchObject({ error: 'INVALID_TIMESTAMP', records: [] })
  })

  it('P9: earlier than message.timestamp.before.max.ms are refused, whichever record has it', async () => {
    const configs = { 'message.timestamp.before.max.ms': '1000' }
    expect(await sendTo(configs, batchOf(['a'], { timestamp: someTime - 1000 }))).toMatchObject({ error: 'NONE' })
    const second = batchOf(['a', 'b'], { timestamps: [someTime, someTime - 1001] })
    expect(await sendTo(configs, second)).toMatchObject({ error: 'INVALID_TIMESTAMP', records: [] })
  })

  it('P9: -1, no timestamp, passes every window', async () => {
    const configs = { 'message.timestamp.before.max.ms': '1', 'message.timestamp.after.max.ms': '1' }
    const answer = await sendTo(configs, batchOf(['a'], { timestamp: -1 }))
    expect(answer).toMatchObject({ error: 'NONE', records: [{ timestamp: -1 }] })
  })

  it('beyond 2^53 are refused where every window is open', async () => {
    const configs = { 'message.timestamp.after.max.ms': '9223372036854775807' }
    const far = forged(batchOf(['a', 'b'], { timestamps: [0, 2 ** 52] }), (bytes) => {
      bytes.writeBigInt64BE(2n ** 53n - 1n, 27)
    })
    expect(await sendTo(configs, far)).toMatchObject({ error: 'INVALID_TIMESTAMP', records: [] })
  })

  it('P10: on a LogAppendTime topic the broker sets the time of all records, and says so', async () => {
    for (const batch of [
      batchOf(['a', 'b'], { timestamp: 5 }),
      await packedBatchOf('lz4', ['a', 'b'], { timestamp: 5 }),
    ]) {
      const answer = await sendTo({ 'message.timestamp.type': 'LogAppendTime' }, batch)
      expect(answer).toMatchObject({ error: 'NONE', logAppendTimeMs: answer.nowMs })
      expect(answer.records.map(({ timestamp }) => timestamp)).toEqual([answer.nowMs, answer.nowMs])
      expect(readBatchHeader(answer.stored[0]!)).toMatchObject({ timestampType: 'append', maxTimestamp: answer.nowMs })
    }
  })

  it('P10: a LogAppendTime topic takes any timestamp, but no claim that the broker set it', async () => {
    const configs = { 'message.timestamp.type': 'LogAppendTime' }
    expect(await sendTo(configs, batchOf(['a'], { timestamp: someTime * 2 }))).toMatchObject({ error: 'NONE' })
    const claimed = forged(batchOf(['a']), (bytes) => bytes.writeInt16BE(0x08, 21))
    expect(await sendTo(configs, claimed)).toMatchObject({ error: 'INVALID_TIMESTAMP', records: [] })
  })

  it('P10: on a CreateTime topic that claim is cleared, and the answer has no append time', async () => {
    const claimed = forged(batchOf(['a', 'b'], { timestamps: [1000, 2000] }), (bytes) => {
      bytes.writeInt16BE(0x08, 21)
      bytes.writeBigInt64BE(1n, 35)
    })
    const answer = await sendTo({}, claimed)
    expect(answer).toMatchObject({ error: 'NONE', logAppendTimeMs: -1 })
    expect(answer.records.map(({ timestamp }) => timestamp)).toEqual([1000, 2000])
    expect(readBatchHeader(answer.stored[0]!)).toMatchObject({ timestampType: 'create', maxTimestamp: 2000 })
  })

  it.each([
    ['plain', {}],
    ['packed anew', { 'compression.type': 'gzip' }],
  ])('P10b: a largest timestamp that the header has wrong is put right, %s', async (_, configs) => {
    const lying = forged(batchOf(['a', 'b', 'c'], { timestamps: [2000, 5000, 3000] }), (bytes) =>
      bytes.writeBigInt64BE(123n, 35),
    )
    const answer = await sendTo(configs, lying)
    expect(answer).toMatchObject({ error: 'NONE' })
    expect(readBatchHeader(answer.stored[0]!).maxTimestamp).toBe(5000)
    expect(answer.records.map(({ timestamp }) => timestamp)).toEqual([2000, 5000, 3000])
  })
})

describe('the codec of a produced batch', () => {
  it('P11: compression.type=producer stores its bytes as they came', async () => {
    for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
      const batch = await packedBatchOf(codec, ['a', 'b'])
      const sent = Buffer.from(batch.subarray(16))
      const answer = await sendTo({}, batch)
      expect(answer.stored[0]!.subarray(16).equals(sent)).toBe(true)
    }
  })

  it.each(['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'P11: compression.type=%s packs every other anew',
    async (type) => {
      for (const codec of ['none', 'gzip', 'zstd'] as const) {
        const answer = await sendTo({ 'compression.type': type }, await packedBatchOf(codec, ['a', 'b'], { key: 'k' }))
        expect(answer).toMatchObject({
          error: 'NONE',
          records: [
            { key: 'k', value: 'a' },
            { key: 'k', value: 'b' },
          ],
        })
        const expected = type === 'uncompressed' ? 'none' : type
        expect(readBatchHeader(answer.stored[0]!).compression).toBe(expected)
      }
    },
  )

  it('P5: a batch that packed anew is above max.message.bytes is refused', async () => {
    const configs = { 'compression.type': 'uncompressed', 'max.message.bytes': '1000' }
    const batch = await packedBatchOf('gzip', ['x'.repeat(5000)])
    expect(batch.length).toBeLessThan(1000)
    expect(await sendTo(configs, batch)).toMatchObject({ error: 'MESSAGE_TOO_LARGE', records: [] })
  })

  it('a compressed batch that is no such thing is refused where it must be unpacked', async () => {
    const header = (await packedBatchOf('gzip', ['a'])).subarray(0, batchOverheadBytes)
    const junk = forged(Buffer.concat([header, gzipSync('no records')]), (bytes) =>
      bytes.writeInt32BE(bytes.length - 12, 8),
    )
    expect(await sendTo({ 'compression.type': 'zstd' }, junk)).toMatchObject({ error: 'INVALID_RECORD', records: [] })
  })
})
