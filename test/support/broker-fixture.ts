import type { Api } from '../../src/core/api.ts'
import type { ConnectionInfo, RequestContext } from '../../src/core/broker.ts'
import { type ManualClock, manualClock } from '../../src/core/clock.ts'
import type { StorageEngine } from '../../src/core/storage-engine.ts'
import { type BrokerHandle, type BrokerOptions, createBroker } from '../../src/broker/broker.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { BatchBuilder } from '../../src/records/batch-builder.ts'
import { openMemoryEngine } from '../../src/storage/memory/memory-engine.ts'

/** A broker in memory on a clock that the test moves, and short ways to ask it. */
export interface BrokerFixture extends AsyncDisposable {
  readonly broker: BrokerHandle
  readonly clock: ManualClock
  readonly storage: StorageEngine
  /** One request, in the highest version unless said otherwise. */
  ask<Request, Response>(api: Api<Request, Response>, request: Request, context?: Partial<RequestContext>): Promise<Response>
  createTopic(name: string, options?: { partitions?: number; configs?: Record<string, string> }): Promise<string>
  /** Sends batches to one partition and gives the partition's answer. */
  produce(topic: string, batch: Buffer, options?: { partition?: number; acks?: number; version?: number }): Promise<ProduceAnswer>
  /** Reads one partition from an offset, without waiting. */
  fetch(topic: string, offset: number, options?: { partition?: number; maxWaitMs?: number; maxBytes?: number }): Promise<FetchAnswer>
}

type ProduceAnswer = NonNullable<(typeof produce)['types']>['response']['responses'][number]['partitionResponses'][number]
type FetchAnswer = NonNullable<(typeof fetch)['types']>['response']['responses'][number]['partitions'][number]

let connectionCount = 0

/** A connection that is like no other. */
export function testConnection(): ConnectionInfo {
  return { id: ++connectionCount, listener: 'test', remoteAddress: 'test' }
}

/** Starts a broker for a test. */
export async function startBroker(
  options: Partial<BrokerOptions> & { clock?: ManualClock } = {},
): Promise<BrokerFixture> {
  const clock = options.clock ?? manualClock()
  const storage = options.storage ?? (await openMemoryEngine({ maxBytes: 256 * 2 ** 20, durability: 'none' }))
  const broker = await createBroker({ ...options, clock, storage })
  const connection = testConnection()
  const ask: BrokerFixture['ask'] = async (api, request, context = {}) => {
    const supported = broker.apis.find((one) => one.api.key === api.key)
    const answer = await broker.handle(api, request, {
      connection,
      version: supported?.maxVersion ?? 0,
      clientId: 'test',
      ...context,
    })
    return answer as NonNullable<typeof answer>
  }
  return {
    broker,
    clock,
    storage,
    ask,
    async createTopic(name, { partitions = 1, configs = {} } = {}) {
      const response = await ask(
        createTopics,
        createTopics.request.create({
          topics: [
            {
              name,
              numPartitions: partitions,
              replicationFactor: -1,
              assignments: [],
              configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
            },
          ],
        }),
      )
      const [topic] = response.topics
      if (topic?.errorCode !== 0) throw new Error(`topic was not created: ${topic?.errorMessage}`)
      return topic.topicId
    },
    async produce(topic, batch, { partition = 0, acks = -1, version = 12 } = {}) {
      const topicData = [{ name: topic, partitionData: [{ index: partition, records: [batch] }] }]
      const response = await ask(produce, produce.request.create({ acks, timeoutMs: 1000, topicData }), { version })
      return response.responses[0]!.partitionResponses[0]!
    },
    async fetch(topic, offset, { partition = 0, maxWaitMs = 0, maxBytes = 2 ** 20 } = {}) {
      const asked = {
        partition,
        currentLeaderEpoch: -1,
        fetchOffset: offset,
        lastFetchedEpoch: -1,
        logStartOffset: -1,
        partitionMaxBytes: maxBytes,
        replicaDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAA',
      }
      const topics = [{ topic, topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitions: [asked] }]
      const response = await ask(fetch, fetch.request.create({ maxWaitMs, minBytes: 1, maxBytes, topics }), { version: 12 })
      return response.responses[0]!.partitions[0]!
    },
    [Symbol.asyncDispose]: () => broker.close(),
  }
}

/** A batch of these values (null: tombstones), with the same key on all when one is given. */
export function batchOf(
  values: ReadonlyArray<string | null>,
  options: {
    key?: string
    keys?: ReadonlyArray<string | null>
    timestamp?: number
    producerId?: number
    producerEpoch?: number
    baseSequence?: number
  } = {},
): Buffer {
  const builder = new BatchBuilder({ maxBytes: 2 ** 20 })
  values.forEach((value, index) => {
    const key = options.keys === undefined ? (options.key ?? null) : (options.keys[index] ?? null)
    const keyBytes = Buffer.from(key ?? '')
    const valueBytes = Buffer.from(value ?? '')
    builder.append(
      options.timestamp ?? Date.UTC(2026, 0, 1),
      Buffer.concat([keyBytes, valueBytes]),
      key === null ? -1 : 0,
      keyBytes.length,
      value === null ? -1 : keyBytes.length,
      keyBytes.length + valueBytes.length,
    )
  })
  const { producerId, producerEpoch, baseSequence } = options
  return builder.build(producerId === undefined ? {} : { producerId, producerEpoch: producerEpoch ?? 0, baseSequence: baseSequence ?? 0 })
}
