import type { GroupMetadata, TopicPartition } from '../../../core/consumer.ts'
import { type ErrorName, RafkaError } from '../../../core/errors.ts'
import { addOffsetsToTxn } from '../../../protocol/apis/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../../protocol/apis/add-partitions-to-txn.ts'
import { apiVersions } from '../../../protocol/apis/api-versions.ts'
import { endTxn } from '../../../protocol/apis/end-txn.ts'
import { initProducerId } from '../../../protocol/apis/init-producer-id.ts'
import { txnOffsetCommit } from '../../../protocol/apis/txn-offset-commit.ts'
import { errorName } from '../../../protocol/error-codes.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { Coordinator } from '../../cluster/coordinator.ts'
import { partitionKey } from '../../consumer/assigned-partition.ts'
import type { OffsetToCommit } from '../../groups/group-offsets.ts'
import { byTopic } from '../../groups/topic-partitions.ts'
import type { ProducerIdentity } from '../partition-queue.ts'

/** Longest time for one step of a transaction, in ms: Java's `max.block.ms`. */
const MAX_BLOCK_MS = 60_000
/** While the transaction before is being ended, in ms: that is done soon. */
const backoff = { firstMs: 10, maxMs: 500 }
/** Last versions of clients that add partitions and groups by themselves; the next ones leave it to the broker (KIP-890). */
const LAST_CLASSIC = { addPartitions: 3, endTxn: 4, offsetCommit: 4 }
const VERSION_FEATURE = 'transaction.version'

/** The requests of a transactional producer. */
export class TransactionCalls {
  readonly transactionalId: string
  readonly #cluster: Cluster
  readonly #timeoutMs: number
  readonly #coordinator: Coordinator
  readonly #groups = new Map<string, Coordinator>()

  /** @param timeoutMs after which the broker aborts a transaction that is still open */
  constructor(cluster: Cluster, transactionalId: string, timeoutMs: number) {
    this.transactionalId = transactionalId
    this.#cluster = cluster
    this.#timeoutMs = timeoutMs
    this.#coordinator = new Coordinator(cluster, 'transaction', transactionalId)
  }

  /**
   * Gives a producer id and an epoch that no earlier producer of this transactional id has; what that one left open is aborted.
   * @param previous of this producer: another that came after it is not shut out, but this one fails (KIP-360)
   */
  async init(previous: ProducerIdentity | undefined): Promise<ProducerIdentity> {
    const body = initProducerId.request.create({
      transactionalId: this.transactionalId,
      transactionTimeoutMs: this.#timeoutMs,
      producerId: previous?.producerId ?? -1,
      producerEpoch: previous?.producerEpoch ?? -1,
    })
    const response = await this.#coordinator.call(initProducerId, body, { ...bounds, errorOf })
    this.#check('a producer id', response.errorCode)
    return { producerId: response.producerId, producerEpoch: response.producerEpoch, transactional: true }
  }

  /** Whether the broker adds partitions and groups to transactions by itself: `transaction.version` 2. */
  async isVersion2(): Promise<boolean> {
    const response = await this.#coordinator.call(apiVersions, apiVersions.request.create(), { ...bounds, errorOf })
    const feature = response.finalizedFeatures.find(({ name }) => name === VERSION_FEATURE)
    return (feature?.maxVersionLevel ?? 0) >= 2
  }

  async addPartitions({ producerId, producerEpoch }: ProducerIdentity, partitions: readonly TopicPartition[]) {
    const body = addPartitionsToTxn.request.create({
      v3AndBelowTransactionalId: this.transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: byTopic(partitions).map(({ topic, partitions: theirs }) => ({
        name: topic,
        partitions: theirs,
      })),
    })
    const response = await this.#coordinator.call(addPartitionsToTxn, body, {
      ...bounds,
      maxVersion: LAST_CLASSIC.addPartitions,
      errorOf: ({ resultsByTopicV3AndBelow }) => firstCode(resultsByTopicV3AndBelow.flatMap(codesOfResult)),
    })
    this.#check('partitions', firstCode(response.resultsByTopicV3AndBelow.flatMap(codesOfResult)))
  }

  async addGroup({ producerId, producerEpoch }: ProducerIdentity, groupId: string): Promise<void> {
    const { transactionalId } = this
    const body = addOffsetsToTxn.request.create({ transactionalId, producerId, producerEpoch, groupId })
    const response = await this.#coordinator.call(addOffsetsToTxn, body, { ...bounds, errorOf })
    this.#check(`the offsets of group "${groupId}"`, response.errorCode)
  }

  async commitOffsets(
    { producerId, producerEpoch }: ProducerIdentity,
    { group, generation, memberId, instanceId }: GroupMetadata,
    offsets: readonly OffsetToCommit[],
    version2: boolean,
  ): Promise<void> {
    const wanted = new Map(offsets.map((each) => [partitionKey(each), each]))
    const body = txnOffsetCommit.request.create({
      transactionalId: this.transactionalId,
      groupId: group,
      producerId,
      producerEpoch,
      generationIdOrMemberEpoch: generation,
      memberId,
      groupInstanceId: instanceId,
      topics: byTopic(wanted.values()).map(({ topic, partitions }) => ({
        name: topic,
        partitions: partitions.map((partition) => {
          const { offset = 0, metadata = '' } = wanted.get(partitionKey({ topic, partition })) ?? {}
          return {
            partitionIndex: partition,
            committedOffset: offset,
            committedLeaderEpoch: -1,
            committedMetadata: metadata,
          }
        }),
      })),
    })
    const response = await this.#groupCoordinator(group).call(txnOffsetCommit, body, {
      ...bounds,
      maxVersion: version2 ? undefined : LAST_CLASSIC.offsetCommit,
      errorOf: ({ topics }) => firstCode(topics.flatMap(codesOfTopic)),
    })
    this.#check(`the offsets of group "${group}"`, firstCode(response.topics.flatMap(codesOfTopic)))
  }

  /** @returns who the producer is from now on; undefined: who it was */
  async end(
    { producerId, producerEpoch }: ProducerIdentity,
    committed: boolean,
    version2: boolean,
  ): Promise<ProducerIdentity | undefined> {
    const { transactionalId } = this
    const body = endTxn.request.create({ transactionalId, producerId, producerEpoch, committed })
    const maxVersion = version2 ? undefined : LAST_CLASSIC.endTxn
    const response = await this.#coordinator.call(endTxn, body, { ...bounds, errorOf, maxVersion })
    this.#check(committed ? 'its commit' : 'its abort', response.errorCode)
    if (response.producerId < 0) return undefined
    return { producerId: response.producerId, producerEpoch: response.producerEpoch, transactional: true }
  }

  #groupCoordinator(group: string): Coordinator {
    const known = this.#groups.get(group)
    if (known !== undefined) return known
    const coordinator = new Coordinator(this.#cluster, 'group', group)
    this.#groups.set(group, coordinator)
    return coordinator
  }

  #check(what: string, code: number): void {
    const error = errorName(code)
    if (error !== 'NONE') throw refused(this.transactionalId, what, error)
  }
}

const bounds = { timeoutMs: MAX_BLOCK_MS, backoff }

function refused(transactionalId: string, what: string, code: ErrorName): RafkaError {
  const message = `the broker refused ${what} to the producer with the transactional id "${transactionalId}": ${code}${meanings.get(code) ?? ''}`
  return new RafkaError(code, message, { details: { transactionalId } })
}

const fencedMeaning = ': another producer uses it, or the transaction took longer than its timeout'
const meanings: ReadonlyMap<ErrorName, string> = new Map([
  ['PRODUCER_FENCED', fencedMeaning],
  ['INVALID_PRODUCER_EPOCH', fencedMeaning],
  ['INVALID_TXN_STATE', ': the transaction has ended already, perhaps because it took longer than its timeout'],
  ['ILLEGAL_GENERATION', ': the group has rebalanced since'],
  ['UNKNOWN_MEMBER_ID', ': the consumer is no member of the group any more'],
])

function errorOf({ errorCode }: { readonly errorCode: number }): number {
  return errorCode
}

/** The first error that says more than that another one kept it from being done. */
function firstCode(codes: readonly number[]): number {
  const errors = codes.filter((code) => code !== 0)
  return errors.find((code) => errorName(code) !== 'OPERATION_NOT_ATTEMPTED') ?? errors[0] ?? 0
}

function codesOfResult(result: {
  readonly resultsByPartition: ReadonlyArray<{ readonly partitionErrorCode: number }>
}): number[] {
  return result.resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode)
}

function codesOfTopic(topic: { readonly partitions: ReadonlyArray<{ readonly errorCode: number }> }): number[] {
  return topic.partitions.map(({ errorCode }) => errorCode)
}
