import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isRafkaError } from '../../src/core/errors.ts'
import { deleteTopics } from '../../src/protocol/apis/delete-topics.ts'
import { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import {
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  maxRequestElements,
} from '../../src/protocol/wire.ts'
import { arbitraryOf } from '../support/arbitrary-messages.ts'
import { allWireForms, frameOf, type WireForm } from '../support/wire-frames.ts'

const maxSampleBytes = 200
const bombs = [
  Buffer.from([0x7f, 0xff, 0xff, 0xff]),
  Buffer.from([0x80, 0, 0, 0]),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
]

describe.each(allWireForms())('$name', (form) => {
  const frames = sampleFrames(form, 2)
  const headerBytes = headerSize(frames[0]!)

  test('cut at any byte it is malformed', () => {
    for (const frame of frames) {
      for (let size = 0; size < frame.length; size++) expectMalformed(() => form.decode(frame.subarray(0, size)))
    }
  })

  test('with any bytes as a body it is read or malformed', () => {
    const header = frames[0]!.subarray(0, headerBytes)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
        outcomeOf(() => form.decode(Buffer.concat([header, body])))
      }),
      { numRuns: 20 },
    )
  })

  test('X1: with a huge or negative length anywhere it is read or malformed, and never much larger than its frame', () => {
    const frame = frames.at(-1)!
    for (const bomb of bombs) {
      for (let at = headerBytes; at < frame.length; at++) {
        const read = outcomeOf(() => form.decode(overwritten(frame, at, bomb)))
        if (read !== 'malformed') expect(entriesOf(read)).toBeLessThan(4 * frame.length)
      }
    }
  })
})

test('an int64 beyond 2^53 is malformed in either direction', () => {
  const frameOfTimestamp = (timestamp: bigint): Buffer => {
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: 1 }] }]
    const frame = frameOf(encodeRequest(listOffsets, 1, 1, null, listOffsets.request.create({ topics })))
    frame.writeBigInt64BE(timestamp, frame.length - 8)
    return frame
  }
  const read = (timestamp: bigint): unknown => {
    const frame = frameOfTimestamp(timestamp)
    const body = decodeRequest(listOffsets, 1, frame, decodeRequestHeader(frame).bodyOffset)
    return body.topics[0]!.partitions[0]!.timestamp
  }
  const largest = 2n ** 53n - 1n
  for (const timestamp of [largest, -largest, 0n, -1n, 2n ** 32n, -(2n ** 32n)])
    expect(read(timestamp)).toBe(Number(timestamp))
  for (const timestamp of [largest + 1n, -largest - 1n, 2n ** 63n - 1n, -(2n ** 63n)])
    expectMalformed(() => read(timestamp))
})

test('the error says in which message, field and byte the fault is', () => {
  const frame = frameOf(
    encodeRequest(deleteTopics, 1, 1, null, deleteTopics.request.create({ topicNames: ['orders'] })),
  )
  const { bodyOffset } = decodeRequestHeader(frame)
  expect(() => decodeRequest(deleteTopics, 1, frame.subarray(0, bodyOffset + 8), bodyOffset)).toThrow(
    'DeleteTopics request v1, topicNames: 6 bytes needed at byte 16, 2 are left',
  )
})

test('a request with more entries than the bound is malformed though they are all there', () => {
  const names = Array.from({ length: maxRequestElements }, () => '')
  const atBound = frameOf(encodeRequest(deleteTopics, 1, 1, null, deleteTopics.request.create({ topicNames: names })))
  const beyond = frameOf(
    encodeRequest(deleteTopics, 1, 1, null, deleteTopics.request.create({ topicNames: [...names, ''] })),
  )
  const { bodyOffset } = decodeRequestHeader(atBound)
  expect(decodeRequest(deleteTopics, 1, atBound, bodyOffset).topicNames).toHaveLength(maxRequestElements)
  expectMalformed(() => decodeRequest(deleteTopics, 1, beyond, bodyOffset))
})

test('null where a version does not allow it is malformed', () => {
  const frame = frameOf(encodeRequest(metadata, 1, 1, null, metadata.request.create({ topics: null })))
  const { bodyOffset } = decodeRequestHeader(frame)
  expect(decodeRequest(metadata, 1, frame, bodyOffset).topics).toBeNull()
  expectMalformed(() => decodeRequest(metadata, 0, frame, bodyOffset))
})

test('a tagged field whose size is not that of its value is malformed', () => {
  const message = metadata.response.create()
  const frame = frameOf(encodeResponse(metadata, 9, 1, message))
  const unknownTag = Buffer.concat([frame.subarray(0, -1), Buffer.from([1, 9, 2, 0])])
  expectMalformed(() => decodeResponse(metadata, 9, unknownTag))
})

/** The default message and some at random, the same in every run, not so large that all cuts of them take long. */
function sampleFrames({ definition, version, encode }: WireForm, count: number): Buffer[] {
  const messages = fc.sample(arbitraryOf(definition, version), { numRuns: 50, seed: 42 })
  const frames = messages.map(encode).filter((frame) => frame.length <= maxSampleBytes)
  const largest = frames.sort((a, b) => a.length - b.length).slice(-count)
  return [encode(definition.create()), ...largest]
}

/** Requests start with key, version, correlation id and client id; responses with the correlation id. */
function headerSize(frame: Buffer): number {
  return frame.includes('a client') ? 18 : 4
}

function overwritten(frame: Buffer, at: number, bytes: Buffer): Buffer {
  return Buffer.concat([frame.subarray(0, at), bytes, frame.subarray(at + bytes.length)])
}

function expectMalformed(read: () => unknown): void {
  expect(outcomeOf(read)).toBe('malformed')
}

/** What was read, or that it was malformed. Anything else that is thrown is a fault. */
function outcomeOf(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (isRafkaError(error, 'MALFORMED_MESSAGE')) return 'malformed'
    throw error
  }
}

/** Array entries and bytes in a message. */
function entriesOf(value: unknown): number {
  if (Buffer.isBuffer(value)) return value.length
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + 1 + entriesOf(entry), 0)
  if (typeof value === 'object' && value !== null) {
    return Object.values(value).reduce<number>((sum, entry) => sum + entriesOf(entry), 0)
  }
  return typeof value === 'string' ? value.length : 0
}
