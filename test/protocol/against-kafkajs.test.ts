import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import type { ApiDefinition } from '../../src/protocol/api.ts'
import { alterConfigs } from '../../src/protocol/apis/alter-configs.ts'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { createPartitions } from '../../src/protocol/apis/create-partitions.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { deleteRecords } from '../../src/protocol/apis/delete-records.ts'
import { deleteTopics } from '../../src/protocol/apis/delete-topics.ts'
import { describeConfigs } from '../../src/protocol/apis/describe-configs.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'
import { decodeRequest, decodeRequestHeader, encodeRequest, encodeResponse } from '../../src/protocol/wire.ts'
import { frameOf } from '../support/wire-frames.ts'

const require = createRequire(import.meta.url)

type ClientRequest = (args: object) => { readonly apiVersion: number }
type FrameClientRequest = (given: object) => Promise<{ readonly buffer: Buffer }>
interface ClientResponse {
  decode(body: Buffer): Promise<object>
}

const frameRequest = require('kafkajs/src/protocol/request') as FrameClientRequest

const requests: ReadonlyArray<[folder: string, version: number, api: ApiDefinition, args: object, read: object]> = [
  ['apiVersions', 2, apiVersions, {}, {}],
  [
    'metadata',
    6,
    metadata,
    { topics: ['a', 'b'] },
    { topics: [{ name: 'a' }, { name: 'b' }], allowAutoTopicCreation: true },
  ],
  [
    'metadata',
    6,
    metadata,
    { topics: [], allowAutoTopicCreation: false },
    { topics: null, allowAutoTopicCreation: false },
  ],
  ['metadata', 0, metadata, { topics: [] }, { topics: [] }],
  [
    'produce',
    7,
    produce,
    { acks: -1, timeout: 30, topicData: [{ topic: 't', partitions: [{ partition: 4, messages: [{ value: 'v' }] }] }] },
    { acks: -1, timeoutMs: 30, transactionalId: null, topicData: [{ name: 't', partitionData: [{ index: 4 }] }] },
  ],
  [
    'fetch',
    11,
    fetch,
    {
      replicaId: -1,
      maxWaitTime: 5,
      minBytes: 1,
      maxBytes: 9,
      isolationLevel: 1,
      rackId: 'r',
      topics: [{ topic: 't', partitions: [{ partition: 1, fetchOffset: '12345678901', maxBytes: 7 }] }],
    },
    {
      sessionEpoch: -1,
      rackId: 'r',
      topics: [{ topic: 't', partitions: [{ partition: 1, fetchOffset: 12_345_678_901, partitionMaxBytes: 7 }] }],
    },
  ],
  [
    'listOffsets',
    3,
    listOffsets,
    { replicaId: -1, isolationLevel: 1, topics: [{ topic: 't', partitions: [{ partition: 1, timestamp: -2 }] }] },
    { topics: [{ name: 't', partitions: [{ partitionIndex: 1, timestamp: -2 }] }] },
  ],
  ['initProducerId', 1, initProducerId, { transactionalId: null, transactionTimeout: 9 }, { transactionTimeoutMs: 9 }],
  [
    'createTopics',
    3,
    createTopics,
    {
      topics: [{ topic: 't', numPartitions: 3, configEntries: [{ name: 'a', value: 'b' }] }],
      validateOnly: true,
      timeout: 8,
    },
    {
      topics: [{ name: 't', numPartitions: 3, configs: [{ name: 'a', value: 'b' }] }],
      validateOnly: true,
      timeoutMs: 8,
    },
  ],
  ['deleteTopics', 1, deleteTopics, { topics: ['a'], timeout: 8 }, { topicNames: ['a'], timeoutMs: 8 }],
  [
    'createPartitions',
    1,
    createPartitions,
    { topicPartitions: [{ topic: 't', count: 3 }], timeout: 8 },
    { topics: [{ name: 't', count: 3, assignments: null }] },
  ],
  [
    'deleteRecords',
    1,
    deleteRecords,
    { topics: [{ topic: 't', partitions: [{ partition: 1, offset: '7' }] }], timeout: 8 },
    { topics: [{ name: 't', partitions: [{ partitionIndex: 1, offset: 7 }] }] },
  ],
  [
    'describeConfigs',
    2,
    describeConfigs,
    { resources: [{ type: 2, name: 't' }], includeSynonyms: true },
    { resources: [{ resourceType: 2, resourceName: 't', configurationKeys: null }], includeSynonyms: true },
  ],
  [
    'alterConfigs',
    1,
    alterConfigs,
    { resources: [{ type: 2, name: 't', configEntries: [{ name: 'a', value: 'b' }] }] },
    { resources: [{ resourceType: 2, resourceName: 't', configs: [{ name: 'a', value: 'b' }] }] },
  ],
]

describe('requests that kafkajs writes are read, and written the same', () => {
  test.each(requests)('%s v%i', async (folder, version, api, args, read) => {
    const createRequest = require(`kafkajs/src/protocol/requests/${folder}/v${version}/request`) as ClientRequest
    const encoded = await frameRequest({ correlationId: 5, clientId: 'kafkajs', request: createRequest(args) })
    const frame = encoded.buffer.subarray(4)
    const header = decodeRequestHeader(frame)
    expect(header).toMatchObject({ apiKey: api.key, apiVersion: version, correlationId: 5, clientId: 'kafkajs' })
    const request = decodeRequest(api, version, frame, header.bodyOffset)
    expect(request).toMatchObject(read)
    expect(frameOf(encodeRequest(api, version, 5, 'kafkajs', request))).toEqual(frame)
  })
})

describe('responses that Rafka writes are read by kafkajs', () => {
  const leader = { leaderId: -1, leaderEpoch: -1 }

  test('ApiVersions v2', async () => {
    const apiKeys = [{ apiKey: 3, minVersion: 0, maxVersion: 12 }]
    const read = await readBack(
      'apiVersions',
      apiVersions,
      2,
      apiVersions.response.create({ apiKeys, throttleTimeMs: 4 }),
    )
    expect(read).toMatchObject({ errorCode: 0, apiVersions: apiKeys, clientSideThrottleTime: 4 })
  })

  test('Metadata v6', async () => {
    const partition = { errorCode: 0, partitionIndex: 1, leaderId: 2, leaderEpoch: 3 }
    const lists = { replicaNodes: [2, 3], isrNodes: [2], offlineReplicas: [3] }
    const response = metadata.response.create({
      brokers: [{ nodeId: 2, host: 'h', port: 9092, rack: null }],
      clusterId: 'c',
      controllerId: 2,
      topics: [
        {
          errorCode: 0,
          name: 't',
          topicId: zeroUuid,
          isInternal: true,
          partitions: [{ ...partition, ...lists }],
          topicAuthorizedOperations: 0,
        },
      ],
    })
    expect(await readBack('metadata', metadata, 6, response)).toMatchObject({
      brokers: [{ nodeId: 2, host: 'h', port: 9092, rack: null }],
      clusterId: 'c',
      controllerId: 2,
      topicMetadata: [
        {
          topic: 't',
          isInternal: true,
          partitionMetadata: [{ partitionId: 1, leader: 2, replicas: [2, 3], isr: [2], offlineReplicas: [3] }],
        },
      ],
    })
  })

  test('Produce v7', async () => {
    const partition = { index: 1, errorCode: 0, baseOffset: 2 ** 40, logAppendTimeMs: -1, logStartOffset: 3 }
    const later = { recordErrors: [], errorMessage: null, currentLeader: leader }
    const response = produce.response.create({
      responses: [{ name: 't', partitionResponses: [{ ...partition, ...later }] }],
    })
    expect(await readBack('produce', produce, 7, response)).toMatchObject({
      topics: [
        {
          topicName: 't',
          partitions: [
            { partition: 1, errorCode: 0, baseOffset: '1099511627776', logAppendTime: '-1', logStartOffset: '3' },
          ],
        },
      ],
    })
  })

  test('Fetch v11', async () => {
    const partition = { partitionIndex: 1, errorCode: 0, highWatermark: 5, lastStableOffset: 4, logStartOffset: 3 }
    const response = fetch.response.create({
      sessionId: 6,
      responses: [
        {
          topic: 't',
          topicId: zeroUuid,
          partitions: [
            {
              ...partition,
              divergingEpoch: { epoch: -1, endOffset: -1 },
              currentLeader: leader,
              snapshotId: { endOffset: -1, epoch: -1 },
              abortedTransactions: [{ producerId: 8, firstOffset: 9 }],
              preferredReadReplica: -1,
              records: [],
            },
          ],
        },
      ],
    })
    expect(await readBack('fetch', fetch, 11, response)).toMatchObject({
      sessionId: 6,
      responses: [
        {
          topicName: 't',
          partitions: [
            {
              partition: 1,
              highWatermark: '5',
              lastStableOffset: '4',
              abortedTransactions: [{ producerId: '8', firstOffset: '9' }],
              messages: [],
            },
          ],
        },
      ],
    })
  })

  test('ListOffsets v3', async () => {
    const partitions = [{ partitionIndex: 1, errorCode: 0, timestamp: 7, offset: 8, leaderEpoch: -1 }]
    const response = listOffsets.response.create({ topics: [{ name: 't', partitions }] })
    expect(await readBack('listOffsets', listOffsets, 3, response)).toMatchObject({
      responses: [{ topic: 't', partitions: [{ partition: 1, errorCode: 0, timestamp: '7', offset: '8' }] }],
    })
  })

  test('DescribeConfigs v2', async () => {
    const synonyms = [{ name: 'log.retention.ms', value: '6', source: 5 }]
    const config = { name: 'retention.ms', value: '5', readOnly: false, configSource: 1, isSensitive: false, synonyms }
    const response = describeConfigs.response.create({
      results: [
        {
          errorCode: 0,
          errorMessage: null,
          resourceType: 2,
          resourceName: 't',
          configs: [{ ...config, configType: 0, documentation: null }],
        },
      ],
    })
    expect(await readBack('describeConfigs', describeConfigs, 2, response)).toMatchObject({
      resources: [
        {
          resourceName: 't',
          configEntries: [
            {
              configName: 'retention.ms',
              configValue: '5',
              configSource: 1,
              configSynonyms: [{ configName: 'log.retention.ms', configValue: '6', configSource: 5 }],
            },
          ],
        },
      ],
    })
  })
})

async function readBack<Response>(
  folder: string,
  api: ApiDefinition<unknown, Response>,
  version: number,
  response: Response,
): Promise<object> {
  const client = require(`kafkajs/src/protocol/requests/${folder}/v${version}/response`) as ClientResponse
  return client.decode(frameOf(encodeResponse(api, version, 5, response)).subarray(4))
}
