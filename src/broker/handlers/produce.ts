import type { RequestContext } from '../../core/broker.ts'
import { RafkaError } from '../../core/errors.ts'
import type { Change } from '../../core/storage-engine.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { produce } from '../../protocol/apis/produce.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, noError, type WireError, wireError, wireErrorOf } from '../handler.ts'
import { acceptBatch, needsPreparation, prepareBatch, producedBatch } from '../logs/accept-batch.ts'
import type { ValidBatch } from '../logs/log-input.ts'
import type { StagedAppend } from '../logs/staged-append.ts'
import { findLog, findTopic } from '../topics/find-log.ts'
import type { Topic } from '../topics/topic.ts'
import type { Transaction } from '../transactions/transaction.ts'
import { lacksTransactionalId, transactionOfAppend } from '../transactions/transactional-append.ts'

type Request = RequestOf<typeof produce>
type Response = ResponseOf<typeof produce>
type PartitionAnswer = Response['responses'][number]['partitionResponses'][number]
type PartitionData = Request['topicData'][number]['partitionData'][number]

/** What became of one partition's batch before the commit. */
type Staged = { readonly append: StagedAppend; readonly transaction: Transaction | undefined } | Refused

/** A batch that was refused; `record` is the index of the one that is to blame (KIP-467). */
interface Refused {
  readonly error: WireError
  readonly record: number | undefined
  /** -1 unless it was the log that refused it. */
  readonly logStartOffset: number
}

/** A batch that had to be awaited: ready to be appended, or what was wrong with it. */
type PreparedBatch = ValidBatch | { readonly error: unknown }
type Prepared = ReadonlyMap<PartitionData, PreparedBatch>

/**
 * Appends batches: validates, gives offsets, and answers when the commit is durable (`ReplicaManager.appendRecords`). All partitions of a
 * request go into one commit; an error of one leaves the others. Never creates topics.
 */
export const produceHandler = handler<Request, Response, Prepared>({
  api: produce,
  minVersion: 3,
  maxVersion: 12,
  prepare(state, request, { version }) {
    const waiting = [...partitionsOf(state, request)].filter(
      ({ topic, data }) => topic !== undefined && needsPreparation(state, topic, data.records),
    )
    return waiting.length === 0 ? undefined : prepareAll(state, waiting as Waiting[], version)
  },
  async handle(state, request, context, prepared) {
    if (lacksTransactionalId(request)) return refuse(request, wireError('TRANSACTIONAL_ID_AUTHORIZATION_FAILED'))
    const staged = stageAll(state, request, context, prepared)
    const failures = await commit(state, [...staged.values()])
    const response = produce.response.create({
      responses: request.topicData.map(({ name, partitionData }) => ({
        name,
        partitionResponses: partitionData.map((data) => answer(data, staged.get(data)!, failures)),
      })),
    })
    return request.acks === 0 ? withoutAnswer(response) : response
  },
  refuse,
  expectsAnswer: ({ acks }) => acks !== 0,
})

function refuse(request: Request, error: WireError): Response | null {
  const response = produce.response.create({
    responses: request.topicData.map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index }) => partitionAnswer(index, error)),
    })),
  })
  return request.acks === 0 ? withoutAnswer(response) : response
}

interface Waiting {
  readonly topic: Topic
  readonly data: PartitionData
}

function* partitionsOf(
  state: BrokerState,
  request: Request,
): Generator<{ topic: Topic | undefined; data: PartitionData }> {
  for (const { name, partitionData } of request.topicData) {
    for (const data of partitionData) yield { topic: state.topics.get(name), data }
  }
}

async function prepareAll(state: BrokerState, waiting: readonly Waiting[], version: number): Promise<Prepared> {
  const prepared = new Map<PartitionData, PreparedBatch>()
  for (const { topic, data } of waiting) {
    try {
      prepared.set(data, await prepareBatch(state, topic, data.index, producedBatch(data.records), version))
    } catch (error) {
      prepared.set(data, { error })
    }
  }
  return prepared
}

function stageAll(
  state: BrokerState,
  request: Request,
  { version }: RequestContext,
  prepared: Prepared | undefined,
): Map<PartitionData, Staged> {
  const staged = new Map<PartitionData, Staged>()
  for (const { name, partitionData } of request.topicData) {
    for (const data of partitionData) {
      try {
        staged.set(data, stage(state, request, name, data, version, prepared?.get(data)))
      } catch (error) {
        staged.set(data, refused(state, name, data.index, error))
      }
    }
  }
  return staged
}

/** Kafka's order of checks: topic, acks, internal topic, then the batch (kafka: `KafkaApis`, `ReplicaManager`, `UnifiedLog`). */
function stage(
  state: BrokerState,
  { acks, transactionalId }: Request,
  name: string,
  data: PartitionData,
  version: number,
  prepared: PreparedBatch | undefined,
): Staged {
  const topic = findTopic(state, name)
  const log = findLog(topic, data.index)
  if (acks !== -1 && acks !== 0 && acks !== 1) {
    throw new RafkaError('INVALID_REQUIRED_ACKS', `acks is -1 (all), 0 or 1; ${acks} was asked for`)
  }
  if (topic.internal)
    throw new RafkaError('INVALID_TOPIC_EXCEPTION', `topic "${name}" is internal; clients may only read it`)
  if (prepared !== undefined && 'error' in prepared) throw prepared.error
  const batch = prepared ?? acceptBatch(state, topic, producedBatch(data.records), version)
  const nowMs = state.clock.now()
  if (!batch.header.transactional) return { append: log.stage(batch, nowMs), transaction: undefined }
  const transaction = transactionOfAppend(state, transactionalId, batch.header, log, version)
  const append = log.stage(batch, nowMs)
  transaction.add({ partitions: [{ topic: name, partition: data.index, log: log.id }] }, nowMs)
  return { append, transaction }
}

/** What the log says of a batch; whatever else is wrong is found before the log is looked at (`ReplicaManager.processFailedRecord`). */
const saidByLog: ReadonlySet<string> = new Set([
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
])

function refused(state: BrokerState, topic: string, partition: number, error: unknown): Refused {
  const log =
    error instanceof RafkaError && saidByLog.has(error.code) ? state.topics.get(topic)?.logs[partition] : undefined
  return { error: wireErrorOf(error, state), record: blamedRecord(error), logStartOffset: log?.start ?? -1 }
}

function blamedRecord(error: unknown): number | undefined {
  const record = error instanceof RafkaError ? error.details.record : undefined
  return typeof record === 'number' ? record : undefined
}

/** Makes the staged batches durable in one commit. @returns those that failed */
async function commit(state: BrokerState, staged: readonly Staged[]): Promise<Map<StagedAppend, WireError>> {
  const failures = new Map<StagedAppend, WireError>()
  const appends = staged.flatMap((one) => ('append' in one ? [one.append] : []))
  const fresh = appends.filter(({ duplicate }) => !duplicate)
  // A duplicate may have come while its original is still on its way to the disk: it waits for that one's commit.
  const originals = appends.filter(({ duplicate }) => duplicate).map((append) => awaitOriginal(state, append, failures))
  const transactions = new Set(staged.flatMap((one) => ('append' in one ? (one.transaction ?? []) : [])))
  const joined = [...transactions].map((transaction) => ({ transaction, saving: transaction.state }))
  const changes: Change[] = [
    ...fresh.flatMap((append) => append.changes),
    ...joined.flatMap(({ transaction }) => transaction.unsaved()),
  ]
  if (changes.length > 0) {
    let failure: WireError | undefined
    try {
      await state.storage.commit(changes)
    } catch (error) {
      failure = wireErrorOf(error, state)
    }
    for (const append of fresh) {
      if (failure !== undefined) failures.set(append, failure)
      append.log.settle(append, failure === undefined)
    }
    if (failure === undefined) {
      for (const { transaction, saving } of joined) transaction.saved(saving)
      tellAppended(state, fresh)
    }
  }
  await Promise.all(originals)
  return failures
}

async function awaitOriginal(
  state: BrokerState,
  append: StagedAppend,
  failures: Map<StagedAppend, WireError>,
): Promise<void> {
  try {
    await append.log.durable(append.lastOffset + 1)
  } catch (error) {
    failures.set(append, wireErrorOf(error, state))
  }
}

function tellAppended(state: BrokerState, appends: readonly StagedAppend[]): void {
  for (const { log, baseOffset, lastOffset, sizeBytes } of appends) {
    state.hooks.look('onAppended', { topic: log.topic, partition: log.partition, baseOffset, lastOffset, sizeBytes })
  }
}

function answer(
  { index }: PartitionData,
  staged: Staged,
  failures: ReadonlyMap<StagedAppend, WireError>,
): PartitionAnswer {
  if ('error' in staged) {
    const { error, record, logStartOffset } = staged
    const recordErrors =
      record === undefined ? [] : [{ batchIndex: record, batchIndexErrorMessage: error.errorMessage }]
    return { ...partitionAnswer(index, error), logStartOffset, recordErrors }
  }
  const failure = failures.get(staged.append)
  if (failure !== undefined) return partitionAnswer(index, failure)
  const { log, baseOffset, logAppendTimeMs } = staged.append
  return { ...partitionAnswer(index, noError), baseOffset, logAppendTimeMs, logStartOffset: log.start }
}

function partitionAnswer(index: number, { errorCode, errorMessage }: WireError): PartitionAnswer {
  return {
    index,
    errorCode,
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
    recordErrors: [],
    errorMessage,
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
  }
}

/** With acks=0 there is no answer; when something failed the connection is closed, which is all that the client can see (KafkaApis). */
function withoutAnswer({ responses }: Response): null {
  const failed = responses
    .flatMap(({ partitionResponses }) => partitionResponses)
    .find(({ errorCode }) => errorCode !== 0)
  if (failed !== undefined) {
    throw new RafkaError(
      'INVALID_REQUEST',
      `a batch sent with acks=0 was refused: ${failed.errorMessage ?? failed.errorCode}`,
    )
  }
  return null
}
