import { type BrokerHandle, type BrokerOptions, createBroker } from '../../src/broker/broker.ts'
import type { Api } from '../../src/core/api.ts'
import type { ConnectionInfo, RequestContext } from '../../src/core/broker.ts'
import { type ManualClock, manualClock } from '../../src/core/clock.ts'
import { nextConnectionId } from '../../src/core/connection-id.ts'
import { anonymous } from '../../src/core/sasl.ts'
import type { StorageEngine } from '../../src/core/storage-engine.ts'
import type { ResponseOf } from '../../src/protocol/api.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { deleteTopics } from '../../src/protocol/apis/delete-topics.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { errorName } from '../../src/protocol/error-codes.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'
import { openMemoryEngine } from '../../src/storage/memory/memory-engine.ts'
import { type FetchOptions, fetchRequest, listOffsetsRequest, produceRequest, type Wanted } from './broker-requests.ts'
import { type PlainRecord, recordsOf } from './record-batches.ts'

type WithError<T> = T & { readonly error: ReturnType<typeof errorName> }
type ProduceAnswer = WithError<ResponseOf<typeof produce>['responses'][number]['partitionResponses'][number]>
type FetchAnswer = WithError<ResponseOf<typeof fetch>['responses'][number]['partitions'][number]>
type OffsetAnswer = WithError<ResponseOf<typeof listOffsets>['topics'][number]['partitions'][number]>

/** A broker on an engine and a clock of the test's, and short ways to ask it. */
export interface BrokerFixture extends AsyncDisposable {
  readonly broker: BrokerHandle
  readonly clock: ManualClock
  readonly storage: StorageEngine
  readonly connection: ConnectionInfo
  /** One request, in the highest version unless said otherwise. */
  ask<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    context?: Partial<RequestContext>,
  ): Promise<Response>
  /** Gives the topic's id. */
  createTopic(name: string, options?: { partitions?: number; configs?: Record<string, string> }): Promise<string>
  deleteTopic(name: string): Promise<void>
  /** Sends one batch, or bytes that are none, to one partition. */
  produce(
    topic: string,
    batch: Buffer | null,
    options?: { partition?: number; acks?: number } & Partial<RequestContext>,
  ): Promise<ProduceAnswer>
  /** Reads one partition, without waiting unless said otherwise. */
  fetch(topic: string, offset: number, options?: FetchOptions & Omit<Wanted, 'offset'>): Promise<FetchAnswer>
  /** The records of one partition that one fetch gives. */
  records(topic: string, offset?: number, partition?: number): Promise<PlainRecord[]>
  listOffsets(topic: string, timestamp: number, context?: Partial<RequestContext>): Promise<OffsetAnswer>
}

/** A connection that is like no other. */
export function testConnection(): ConnectionInfo {
  return { id: nextConnectionId(), listener: 'test', remoteAddress: 'test', principal: anonymous }
}

/** Starts a broker for a test: in memory unless given an engine. */
export async function startBroker(
  options: Partial<BrokerOptions> & { clock?: ManualClock } = {},
): Promise<BrokerFixture> {
  const clock = options.clock ?? manualClock()
  const storage = options.storage ?? (await openMemoryEngine({ maxBytes: 256 * 2 ** 20, durability: 'none' }))
  const broker = await createBroker({ ...options, clock, storage })
  return fixtureOf(broker, clock, storage)
}

function fixtureOf(broker: BrokerHandle, clock: ManualClock, storage: StorageEngine): BrokerFixture {
  const connection = testConnection()
  const ask: BrokerFixture['ask'] = async (api, request, context = {}) => {
    const supported = broker.apis.find((one) => one.api.key === api.key)
    const version = supported?.maxVersion ?? 0
    const answer = await broker.handle(api, request, { connection, version, clientId: 'test', ...context })
    return answer as NonNullable<typeof answer>
  }
  const fetchOne: BrokerFixture['fetch'] = async (topic, offset, options = {}) => {
    const { partition = 0, leaderEpoch = -1 } = options
    const wanted = { topic, partition, offset, leaderEpoch, maxBytes: options.maxBytes ?? 2 ** 20 }
    const response = await ask(fetch, fetchRequest([wanted], options), { version: 12 })
    return withError(response.responses[0]!.partitions[0]!)
  }
  return {
    broker,
    clock,
    storage,
    connection,
    ask,
    async createTopic(name, { partitions = 1, configs = {} } = {}) {
      const response = await ask(
        createTopics,
        createTopics.request.create({ topics: [newTopic(name, partitions, configs)] }),
      )
      const [topic] = response.topics
      if (topic?.errorCode !== 0) throw new Error(`topic was not created: ${topic?.errorMessage}`)
      return topic.topicId
    },
    async deleteTopic(name) {
      const request = deleteTopics.request.create({ topics: [{ name, topicId: zeroUuid }] })
      const { responses } = await ask(deleteTopics, request)
      if (responses[0]?.errorCode !== 0) throw new Error(`topic was not deleted: ${responses[0]?.errorMessage}`)
    },
    async produce(topic, batch, { partition = 0, acks = -1, ...context } = {}) {
      const records = batch === null ? null : [batch]
      const response = await ask(produce, produceRequest([{ topic, partition, records }], { acks }), context)
      return withError(response.responses[0]!.partitionResponses[0]!)
    },
    fetch: fetchOne,
    async records(topic, offset = 0, partition = 0) {
      const answer = await fetchOne(topic, offset, { partition, maxBytes: 2 ** 26 })
      if (answer.errorCode !== 0) throw new Error(`fetch failed: ${answer.error}`)
      return recordsOf(answer.records)
    },
    async listOffsets(topic, timestamp, context = {}) {
      const response = await ask(listOffsets, listOffsetsRequest([{ topic, timestamp }]), context)
      return withError(response.topics[0]!.partitions[0]!)
    },
    [Symbol.asyncDispose]: () => broker.close(),
  }
}

/** What CreateTopics wants to know of a topic. */
export function newTopic(name: string, numPartitions = 1, configs: Readonly<Record<string, string>> = {}) {
  return {
    name,
    numPartitions,
    replicationFactor: -1,
    assignments: [],
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  }
}

function withError<T extends { errorCode: number }>(answer: T): WithError<T> {
  return { ...answer, error: errorName(answer.errorCode) }
}
