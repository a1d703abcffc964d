import { describe, expect, test } from 'vitest'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { describeTopicPartitions } from '../../src/protocol/apis/describe-topic-partitions.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import {
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  peekCorrelationId,
} from '../../src/protocol/wire.ts'
import { frameOf } from '../support/wire-frames.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('framing', () => {
  test('the size in front counts what follows', () => {
    for (const bytes of [10, 5000]) {
      const pieces = encodeRequest(produce, 9, 1, 'me', produceOf([Buffer.alloc(bytes), Buffer.alloc(bytes)]))
      const whole = Buffer.concat(pieces)
      expect(whole.readInt32BE(0)).toBe(whole.length - 4)
    }
  })

  test('large records are written without a copy, small ones are put together', () => {
    const large = Buffer.alloc(5000, 1)
    const pieces = encodeRequest(produce, 9, 1, 'me', produceOf([large, Buffer.from('small'), Buffer.from('tiny')]))
    expect(pieces).toHaveLength(3)
    expect(pieces[1]).toBe(large)
    expect(pieces[2]!.subarray(0, 9).toString()).toBe('smalltiny')
  })

  test('decoded records are a slice of the frame', () => {
    const frame = frameOf(encodeRequest(produce, 9, 1, 'me', produceOf([Buffer.from('ab'), Buffer.from('cd')])))
    const { topicData } = decodeRequest(produce, 9, frame, decodeRequestHeader(frame).bodyOffset)
    const [records] = topicData[0]!.partitionData[0]!.records!
    expect(records!.toString()).toBe('abcd')
    expect(records!.buffer).toBe(frame.buffer)
  })

  test('a message much larger than a chunk comes through', () => {
    const topics = Array.from({ length: 20_000 }, (_, i) => ({ name: `topic-${i}` }))
    const request = describeTopicPartitions.request.create({ topics })
    const frame = frameOf(encodeRequest(describeTopicPartitions, 0, 1, null, request))
    expect(decodeRequest(describeTopicPartitions, 0, frame, decodeRequestHeader(frame).bodyOffset)).toEqual(request)
  })

  test('bytes behind the body are ignored', () => {
    const response = metadata.response.create({ clusterId: 'c' })
    const frame = Buffer.concat([frameOf(encodeResponse(metadata, 12, 5, response)), Buffer.from('more')])
    expect(decodeResponse(metadata, 12, frame)).toEqual({ correlationId: 5, body: response })
  })
})

describe('headers', () => {
  test('a request of an old version has the header without tagged fields', () => {
    const frame = frameOf(encodeRequest(metadata, 8, 0x01020304, 'me', metadata.request.create({ topics: null })))
    expect(frame).toEqual(hex('0003 0008 01020304 0002 6d65 ffffffff 01 00 00'))
  })

  test('C9: a request of a flexible version has tagged fields in the header, and still the old form of the client id', () => {
    const frame = frameOf(encodeRequest(metadata, 9, 0x01020304, 'me', metadata.request.create({ topics: null })))
    expect(frame).toEqual(hex('0003 0009 01020304 0002 6d65 00 00 01 00 00 00'))
  })

  test('a client id may be null', () => {
    const frame = frameOf(encodeRequest(apiVersions, 0, 1, null, apiVersions.request.create()))
    expect(decodeRequestHeader(frame)).toMatchObject({ clientId: null, bodyOffset: frame.length })
  })

  test('C8: tagged fields of the header are skipped', () => {
    const frame = hex('0012 0003 00000007 ffff 02 00 01 aa 8001 02 bbbb 026b 0276 00')
    const header = decodeRequestHeader(frame)
    expect(header).toEqual({ apiKey: 18, apiVersion: 3, correlationId: 7, clientId: null, bodyOffset: 19 })
    expect(decodeRequest(apiVersions, 3, frame, header.bodyOffset)).toEqual({
      clientSoftwareName: 'k',
      clientSoftwareVersion: 'v',
    })
  })

  test('an unknown API and an unknown version still give key, version and correlation id', () => {
    expect(decodeRequestHeader(hex('03e7 0001 00000009 0002 6d65 ffff'))).toEqual({
      apiKey: 999,
      apiVersion: 1,
      correlationId: 9,
      clientId: 'me',
      bodyOffset: 14,
    })
    expect(decodeRequestHeader(hex('0012 7fff 00000009'))).toEqual({
      apiKey: 18,
      apiVersion: 0x7fff,
      correlationId: 9,
      clientId: null,
      bodyOffset: 8,
    })
    expect(decodeRequestHeader(hex('0012 ffff 00000009 7fff')).apiVersion).toBe(-1)
  })

  test('a response of a flexible version has tagged fields in the header', () => {
    const frame = frameOf(encodeResponse(metadata, 9, 7, metadata.response.create()))
    expect(frame.subarray(0, 5)).toEqual(hex('00000007 00'))
    expect(peekCorrelationId(frame)).toBe(7)
  })

  test('C5: an ApiVersions response never has them', () => {
    const response = apiVersions.response.create({ apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] })
    const frame = frameOf(encodeResponse(apiVersions, 4, 7, response))
    expect(frame).toEqual(hex('00000007 0000 02 0012 0000 0004 00 00000000 00'))
    expect(decodeResponse(apiVersions, 4, frame)).toEqual({ correlationId: 7, body: response })
  })

  test('a refused ApiVersions request is answered in version 0, and read so by who asked in another', () => {
    const refused = apiVersions.response.create({
      errorCode: 35,
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }],
    })
    const frame = frameOf(encodeResponse(apiVersions, 0, 7, refused))
    expect(decodeResponse(apiVersions, 4, frame).body).toEqual(refused)
  })
})

describe('values that the protocol cannot hold', () => {
  const none = { leaderId: -1, leaderEpoch: -1 }
  const partition = {
    index: 0,
    errorCode: 0,
    baseOffset: 0,
    logAppendTimeMs: -1,
    logStartOffset: 0,
    recordErrors: [],
    errorMessage: null,
    currentLeader: none,
  }

  test('are refused with the field that has them', () => {
    const responseOf = (change: object) =>
      produce.response.create({ responses: [{ name: 't', partitionResponses: [{ ...partition, ...change }] }] })
    const encode = (change: object) => () => encodeResponse(produce, 9, 1, responseOf(change))
    const field = 'Produce response v9, responses.partitionResponses'
    expect(encode({ errorCode: 40_000 })).toThrow(`${field}.errorCode: int16 cannot hold 40000`)
    expect(encode({ baseOffset: 2 ** 53 })).toThrow(`${field}.baseOffset: int64 cannot hold 9007199254740992`)
    expect(encode({ index: undefined })).toThrow(`${field}.index: int32 cannot hold undefined`)
    expect(encode({ recordErrors: null })).toThrow(`${field}.recordErrors: array must not be null in this version`)
  })

  test('null is refused in versions that do not allow it', () => {
    const request = metadata.request.create({ topics: null })
    expect(() => encodeRequest(metadata, 0, 1, null, request)).toThrow(
      'Metadata request v0, topics: array must not be null in this version',
    )
  })

  test('a string too long for the old form is refused, and fits the new one', () => {
    const request = fetch.request.create({ rackId: 'x'.repeat(40_000) })
    expect(() => encodeRequest(fetch, 11, 1, null, request)).toThrow('Fetch request v11, rackId')
    expect(encodeRequest(fetch, 12, 1, null, request)).not.toHaveLength(0)
  })

  test('a version that is not defined is refused', () => {
    expect(() => encodeRequest(metadata, 14, 1, null, metadata.request.create())).toThrow(
      'Metadata request is defined for versions 0 to 13, not 14',
    )
  })
})

function produceOf(records: Buffer[]) {
  return produce.request.create({ acks: -1, topicData: [{ name: 't', partitionData: [{ index: 0, records }] }] })
}
