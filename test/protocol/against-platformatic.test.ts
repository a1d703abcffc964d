import * as platformatic from '@platformatic/kafka'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ApiDefinition } from '../../src/protocol/api.ts'
import { apis } from '../../src/protocol/apis/index.ts'
import type { Field, Fields } from '../../src/protocol/field.ts'
import { decodeRequest, decodeRequestHeader, encodeRequest, encodeResponse } from '../../src/protocol/wire.ts'
import { arbitraryOf } from '../support/arbitrary-messages.ts'
import { frameOf, versionsOf } from '../support/wire-frames.ts'

/** What each version of an API is in that client. It writes and reads bodies without headers. */
interface ClientModule {
  createRequest(...args: unknown[]): { readonly buffer: Buffer }
  parseResponse(correlationId: number, apiKey: number, apiVersion: number, reader: platformatic.Reader): unknown
}

const modules = platformatic as unknown as Readonly<Record<string, ClientModule | undefined>>
const topicId = '01234567-89ab-cdef-0123-456789abcdef'
const ourTopicId = Buffer.from(topicId.replaceAll('-', ''), 'hex').toString('base64url')

/** Fields that it makes up itself in a version that lacks them. */
const madeUp: Readonly<Record<string, readonly string[]>> = {
  fetchV12: ['topicId'],
  metadataV9: ['topicId'],
  describeClusterV0: ['endpointType'],
  addPartitionsToTxnV3: ['resultsByTransaction'],
  describeLogDirsV2: ['totalBytes', 'usableBytes'],
  describeLogDirsV3: ['totalBytes', 'usableBytes'],
}
/** Versions that it reads wrongly: as if it were the next, fields in another order, a field that there is not, a list as a string. */
const misread = ['describeConfigsV2', 'offsetForLeaderEpochV4', 'listTransactionsV2', 'consumerGroupDescribeV0']

describe('responses that Rafka writes are read the same by @platformatic/kafka', () => {
  const versions = sharedVersions().filter(({ name }) => !misread.includes(name))

  test.each(versions)('$name', ({ name, api, version, client }) => {
    const responses = arbitraryOf(api.response, version).map((response) => readable(api.response.fields, response))
    fc.assert(
      fc.property(responses, (response) => {
        const frame = frameOf(encodeResponse(api, version, 1, response))
        const body = frame.subarray(api.responseHeaderFlexible && isFlexible(api, version) ? 5 : 4)
        expectAgreement(
          client.parseResponse(1, api.key, version, platformatic.Reader.from(body)),
          response,
          madeUp[name],
        )
      }),
      { numRuns: 30 },
    )
  })

  test('that client has most versions to compare with', () => {
    expect(sharedVersions().length).toBeGreaterThan(35)
  })
})

const requests: Readonly<Record<string, { args: unknown[]; read: object }>> = {
  apiVersionsV4: {
    args: ['some client', '1.2.3'],
    read: { clientSoftwareName: 'some client', clientSoftwareVersion: '1.2.3' },
  },
  metadataV12: {
    args: [['orders', 'événements'], true, true],
    read: {
      topics: [{ name: 'orders' }, { name: 'événements' }],
      allowAutoTopicCreation: true,
      includeTopicAuthorizedOperations: true,
    },
  },
  metadataV9: { args: [null, false, false, true], read: { topics: null, allowAutoTopicCreation: false } },
  addPartitionsToTxnV3: {
    args: [[{ transactionalId: 'x', producerId: 7n, producerEpoch: 2, topics: [{ name: 't', partitions: [0, 3] }] }]],
    read: {
      v3AndBelowTransactionalId: 'x',
      v3AndBelowProducerId: 7,
      v3AndBelowProducerEpoch: 2,
      v3AndBelowTopics: [{ name: 't', partitions: [0, 3] }],
    },
  },
  endTxnV4: {
    args: ['x', 7n, 2, true],
    read: { transactionalId: 'x', producerId: 7, producerEpoch: 2, committed: true },
  },
  fetchV17: {
    args: [
      500,
      1,
      2,
      1,
      3,
      4,
      [{ topicId, partitions: [fetchPartition()] }],
      [{ topic: topicId, partitions: [7] }],
      'rack',
    ],
    read: {
      maxWaitMs: 500,
      sessionEpoch: 4,
      topics: [{ topicId: ourTopicId, partitions: [{ partition: 1, fetchOffset: 2 ** 40, partitionMaxBytes: 4 }] }],
      forgottenTopicsData: [{ topicId: ourTopicId, partitions: [7] }],
      rackId: 'rack',
    },
  },
  listOffsetsV9: {
    args: [-1, 1, [{ name: 't', partitions: [{ partitionIndex: 3, currentLeaderEpoch: 2, timestamp: -2n }] }]],
    read: { isolationLevel: 1, topics: [{ name: 't', partitions: [{ partitionIndex: 3, timestamp: -2 }] }] },
  },
  initProducerIdV5: {
    args: [null, 60_000, -1n, -1],
    read: { transactionalId: null, transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 },
  },
  createTopicsV7: {
    args: [
      [
        {
          name: 't',
          numPartitions: -1,
          replicationFactor: -1,
          assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }],
          configs: [{ name: 'cleanup.policy', value: 'compact' }],
        },
      ],
      5000,
      true,
    ],
    read: {
      topics: [{ assignments: [{ brokerIds: [1, 2] }], configs: [{ name: 'cleanup.policy', value: 'compact' }] }],
      validateOnly: true,
    },
  },
  deleteTopicsV6: {
    args: [[{ name: 't', topicId: null }], 5000],
    read: { topics: [{ name: 't' }], timeoutMs: 5000, topicNames: [] },
  },
  createPartitionsV3: {
    args: [[{ name: 't', count: 4, assignments: [{ brokerIds: [1] }] }], 5000, false],
    read: { topics: [{ name: 't', count: 4, assignments: [{ brokerIds: [1] }] }] },
  },
  deleteRecordsV2: {
    args: [[{ name: 't', partitions: [{ partitionIndex: 1, offset: 99n }] }], 5000],
    read: { topics: [{ name: 't', partitions: [{ partitionIndex: 1, offset: 99 }] }] },
  },
  describeConfigsV4: {
    args: [[{ resourceType: 2, resourceName: 't', configurationKeys: null }], true, true],
    read: { resources: [{ resourceType: 2, configurationKeys: null }], includeDocumentation: true },
  },
  alterConfigsV2: {
    args: [[{ resourceType: 2, resourceName: 't', configs: [{ name: 'a', value: null }] }], false],
    read: { resources: [{ resourceType: 2, resourceName: 't', configs: [{ name: 'a', value: null }] }] },
  },
  incrementalAlterConfigsV1: {
    args: [[{ resourceType: 2, resourceName: 't', configs: [{ name: 'a', configOperation: 1, value: null }] }], true],
    read: { resources: [{ configs: [{ name: 'a', configOperation: 1, value: null }] }], validateOnly: true },
  },
  describeClusterV1: { args: [true, 2], read: { includeClusterAuthorizedOperations: true, endpointType: 2 } },
  describeTopicPartitionsV0: {
    args: [[{ name: 't' }], 100, { topicName: 't', partitionIndex: 5 }],
    read: { topics: [{ name: 't' }], responsePartitionLimit: 100, cursor: { topicName: 't', partitionIndex: 5 } },
  },
  produceV11: {
    args: [-1, 1500, [{ topic: 't', partition: 2, value: Buffer.from('v'), timestamp: 1n }], {}],
    read: {
      transactionalId: null,
      acks: -1,
      timeoutMs: 1500,
      topicData: [{ name: 't', partitionData: [{ index: 2 }] }],
    },
  },
}

describe('requests that @platformatic/kafka writes are read, and written the same', () => {
  test.each(Object.entries(requests))('%s', (name, { args, read }) => {
    const { api, version } = sharedVersions().find((shared) => shared.name === name)!
    const frame = Buffer.concat([headerOf(api, version), modules[name]!.createRequest(...args).buffer])
    const request = decodeRequest(api, version, frame, decodeRequestHeader(frame).bodyOffset)
    expect(request).toMatchObject(read)
    expect(frameOf(encodeRequest(api, version, 1, 'client', request))).toEqual(frame)
  })
})

function sharedVersions(): Array<{ name: string; api: ApiDefinition; version: number; client: ClientModule }> {
  return apis.flatMap((api) =>
    versionsOf(api).flatMap((version) => {
      const name = `${api.name[0]!.toLowerCase()}${api.name.slice(1)}V${version}`
      const client = modules[name]
      return client === undefined ? [] : [{ name, api, version, client }]
    }),
  )
}

function isFlexible({ flexibleSince }: ApiDefinition, version: number): boolean {
  return flexibleSince !== null && version >= flexibleSince
}

function headerOf(api: ApiDefinition, version: number): Buffer {
  const header = Buffer.alloc(10)
  header.writeInt16BE(api.key)
  header.writeInt16BE(version, 2)
  header.writeInt32BE(1, 4)
  header.writeInt16BE('client'.length, 8)
  return Buffer.concat([header, Buffer.from('client'), Buffer.alloc(isFlexible(api, version) ? 1 : 0)])
}

function fetchPartition(): object {
  return { partition: 1, currentLeaderEpoch: 2, fetchOffset: 2n ** 40n, lastFetchedEpoch: 3, partitionMaxBytes: 4 }
}

/** `message` as that client can read it: it does not know tagged fields, throws on errors, and wants real record batches. */
function readable(fields: Fields, message: unknown): unknown {
  const given = message as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, readableValue(name, field, given[name])]),
  )
}

function readableValue(name: string, { spec }: Field<unknown>, value: unknown): unknown {
  if (spec.tag !== null || /error(Code|Message)$/i.test(name)) return spec.defaultValue
  if (spec.type.kind === 'records') return [Buffer.alloc(0)]
  if (value === null) return value
  if (spec.type.kind === 'struct') return readable(spec.type.fields, value)
  const element = spec.type.kind === 'array' ? spec.type.element.spec.type : undefined
  if (element?.kind !== 'struct') return value
  return (value as unknown[]).map((entry) => readable(element.fields, entry))
}

/** Everything that the client read is what Rafka wrote. It reads null as empty, int64 as bigint and ids in hexadecimal. */
function expectAgreement(theirs: unknown, ours: unknown, except: readonly string[] = []): void {
  if (Buffer.isBuffer(theirs)) {
    expect(theirs).toEqual(ours)
  } else if (Array.isArray(theirs)) {
    const entries = (ours ?? []) as unknown[]
    expect(theirs).toHaveLength(entries.length)
    for (const [i, entry] of theirs.entries()) expectAgreement(entry, entries[i], except)
  } else if (typeof theirs === 'object' && theirs !== null) {
    const fields = ours as Readonly<Record<string, unknown>>
    const shared = Object.entries(theirs).filter(([name]) => name in fields && !except.includes(name))
    for (const [name, value] of shared) expectAgreement(value, fields[name], except)
  } else if (typeof theirs === 'bigint') {
    expect(Number(theirs)).toBe(ours)
  } else if (typeof theirs === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(theirs)) {
    expect(Buffer.from(theirs.replaceAll('-', ''), 'hex').toString('base64url')).toBe(ours)
  } else if (theirs !== undefined) {
    expect(theirs).toBe(theirs === '' ? (ours ?? '') : ours)
  }
}
