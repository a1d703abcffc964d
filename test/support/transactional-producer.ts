import { addOffsetsToTxn } from '../../src/protocol/apis/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../src/protocol/apis/add-partitions-to-txn.ts'
import { describeTransactions } from '../../src/protocol/apis/describe-transactions.ts'
import { endTxn } from '../../src/protocol/apis/end-txn.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { txnOffsetCommit } from '../../src/protocol/apis/txn-offset-commit.ts'
import { errorName } from '../../src/protocol/error-codes.ts'
import { readBatchHeader } from '../../src/records/header.ts'
import type { BrokerFixture } from './broker-fixture.ts'
import { fetchRequest, produceRequest } from './broker-requests.ts'
import { batchOf, recordsOf } from './record-batches.ts'

type Name = ReturnType<typeof errorName>

/** One InitProducerId. */
export async function initProducer(
  broker: BrokerFixture,
  transactionalId: string | null,
  { timeoutMs = 60_000, producerId = -1, producerEpoch = -1, version = 5 } = {},
) {
  const request = initProducerId.request.create({
    transactionalId,
    transactionTimeoutMs: timeoutMs,
    producerId,
    producerEpoch,
  })
  const answer = await broker.ask(initProducerId, request, { version })
  return { error: errorName(answer.errorCode), producerId: answer.producerId, producerEpoch: answer.producerEpoch }
}

/** A producer with a transactional id, that does one request at a time and gives the names of errors. */
export class TransactionalProducer {
  #broker: BrokerFixture
  readonly id: string
  producerId: number
  producerEpoch: number
  readonly #sequences = new Map<string, number>()

  constructor(broker: BrokerFixture, id: string, producerId: number, producerEpoch: number) {
    this.#broker = broker
    this.id = id
    this.producerId = producerId
    this.producerEpoch = producerEpoch
  }

  /** The broker was started anew: from now on it asks this one. */
  moveTo(broker: BrokerFixture): void {
    this.#broker = broker
  }

  /** Adds partitions to its transaction. */
  async add(topic: string, { partitions = [0], version = 3 } = {}): Promise<Name[]> {
    const request = addPartitionsToTxn.request.create({
      v3AndBelowTransactionalId: this.id,
      v3AndBelowProducerId: this.producerId,
      v3AndBelowProducerEpoch: this.producerEpoch,
      v3AndBelowTopics: [{ name: topic, partitions }],
    })
    const { resultsByTopicV3AndBelow: results } = await this.#broker.ask(addPartitionsToTxn, request, { version })
    return results.flatMap(({ resultsByPartition }) =>
      resultsByPartition.map(({ partitionErrorCode }) => errorName(partitionErrorCode)),
    )
  }

  /** Sends one batch of values to a partition. */
  async send(
    topic: string,
    values: readonly string[],
    options: SendOptions = {},
  ): Promise<{ error: Name; baseOffset: number }> {
    const { partition = 0, version = 10, keys, transactional = true } = options
    const place = `${topic}/${partition}`
    const baseSequence = options.baseSequence ?? this.#sequences.get(place) ?? 0
    const { producerId, producerEpoch } = this
    const batch = batchOf(values, {
      producerId,
      producerEpoch,
      baseSequence,
      transactional,
      ...(keys === undefined ? {} : { keys }),
    })
    const request = produceRequest([{ topic, partition, records: [batch] }], { transactionalId: this.id })
    const { responses } = await this.#broker.ask(produce, request, { version })
    const { errorCode, baseOffset } = responses[0]!.partitionResponses[0]!
    if (errorCode === 0) this.#sequences.set(place, baseSequence + values.length)
    return { error: errorName(errorCode), baseOffset }
  }

  /** Commits or aborts. From version 5 on it is who the answer says from then on. */
  async end(type: 'commit' | 'abort', { version = 4 } = {}): Promise<Name> {
    const { id: transactionalId, producerId, producerEpoch } = this
    const request = endTxn.request.create({ transactionalId, producerId, producerEpoch, committed: type === 'commit' })
    const answer = await this.#broker.ask(endTxn, request, { version })
    if (version >= 5 && answer.errorCode === 0) {
      this.producerId = answer.producerId
      this.producerEpoch = answer.producerEpoch
      this.#sequences.clear()
    }
    return errorName(answer.errorCode)
  }

  /** Says that its transaction will commit offsets of a group. */
  async addOffsets(groupId: string, { version = 4 } = {}): Promise<Name> {
    const { id: transactionalId, producerId, producerEpoch } = this
    const request = addOffsetsToTxn.request.create({ transactionalId, producerId, producerEpoch, groupId })
    return errorName((await this.#broker.ask(addOffsetsToTxn, request, { version })).errorCode)
  }

  /** Commits an offset of a group within its transaction. */
  async commitOffset(groupId: string, offset: number, options: OffsetOptions = {}): Promise<Name> {
    const { topic = 't', partition = 0, version = 4, metadata = null, member } = options
    const request = txnOffsetCommit.request.create({
      transactionalId: this.id,
      groupId,
      producerId: this.producerId,
      producerEpoch: this.producerEpoch,
      generationIdOrMemberEpoch: member?.generationId ?? -1,
      memberId: member?.memberId ?? '',
      topics: [
        {
          name: topic,
          partitions: [
            {
              partitionIndex: partition,
              committedOffset: offset,
              committedLeaderEpoch: 0,
              committedMetadata: metadata,
            },
          ],
        },
      ],
    })
    const { topics } = await this.#broker.ask(txnOffsetCommit, request, { version })
    return errorName(topics[0]!.partitions[0]!.errorCode)
  }

  /** A whole transaction of one partition. */
  async run(
    topic: string,
    values: readonly string[],
    type: 'commit' | 'abort',
    options: SendOptions = {},
  ): Promise<void> {
    await this.begin(topic, values, options)
    const ended = await this.end(type)
    if (ended !== 'NONE') throw new Error(`the transaction did not end: ${ended}`)
  }

  /** A transaction with one batch, left open. */
  async begin(topic: string, values: readonly string[], options: SendOptions = {}): Promise<void> {
    const [added] = await this.add(topic, { partitions: [options.partition ?? 0] })
    const sent = await this.send(topic, values, options)
    if (added !== 'NONE' || sent.error !== 'NONE') throw new Error(`no transaction: ${added}, ${sent.error}`)
  }
}

interface OffsetOptions {
  readonly topic?: string
  readonly partition?: number
  readonly version?: number
  readonly metadata?: string | null
  readonly member?: { readonly memberId: string; readonly generationId: number }
}

interface SendOptions {
  readonly partition?: number
  readonly version?: number
  readonly baseSequence?: number
  readonly keys?: readonly string[]
  readonly transactional?: boolean
}

/** A producer that has just been initialised; asks again while its predecessor's transaction is being aborted, as clients do. */
export async function transactionalProducer(
  broker: BrokerFixture,
  id: string,
  options: { timeoutMs?: number } = {},
): Promise<TransactionalProducer> {
  for (;;) {
    const { error, producerId, producerEpoch } = await initProducer(broker, id, options)
    if (error === 'NONE') return new TransactionalProducer(broker, id, producerId, producerEpoch)
    if (error !== 'CONCURRENT_TRANSACTIONS') throw new Error(`no producer: ${error}`)
  }
}

/** One fetch of a partition by a reader of committed records. */
export async function fetchCommitted(
  broker: BrokerFixture,
  topic: string,
  offset = 0,
  partition = 0,
  maxBytes = 2 ** 26,
) {
  const request = { ...fetchRequest([{ topic, partition, offset, maxBytes }], { maxBytes }), isolationLevel: 1 }
  const { responses } = await broker.ask(fetch, request, { version: 12 })
  return responses[0]!.partitions[0]!
}

/**
 * The values that a reader of committed records sees, as its client filters them by the list of aborted transactions of each answer.
 * @param maxBytes of one answer; there is at least one batch in each
 */
export async function committedValues(
  broker: BrokerFixture,
  topic: string,
  partition = 0,
  maxBytes = 2 ** 26,
): Promise<Array<string | null>> {
  const values: Array<string | null> = []
  for (let offset = 0; ; ) {
    const answer = await fetchCommitted(broker, topic, offset, partition, maxBytes)
    const [last] = (answer.records ?? []).slice(-1)
    if (last === undefined) return values
    values.push(...(await withoutAborted(answer)))
    offset = readBatchHeader(last).lastOffset + 1
  }
}

async function withoutAborted(answer: Awaited<ReturnType<typeof fetchCommitted>>): Promise<Array<string | null>> {
  const { records, abortedTransactions } = answer
  const values: Array<string | null> = []
  const waiting = [...abortedTransactions!].sort((a, b) => a.firstOffset - b.firstOffset)
  const aborted = new Set<number>()
  for (const batch of records ?? []) {
    const { control, transactional, producerId, lastOffset } = readBatchHeader(batch)
    while (waiting[0] !== undefined && waiting[0].firstOffset <= lastOffset) aborted.add(waiting.shift()!.producerId)
    if (control) aborted.delete(producerId)
    else if (!transactional || !aborted.has(producerId)) {
      values.push(...(await recordsOf([batch])).map(({ value }) => value))
    }
  }
  return values
}

/** What DescribeTransactions says of one transactional id. */
export async function describeTransaction(broker: BrokerFixture, id: string) {
  const request = describeTransactions.request.create({ transactionalIds: [id] })
  const [described] = (await broker.ask(describeTransactions, request)).transactionStates
  return { ...described!, error: errorName(described!.errorCode) }
}
