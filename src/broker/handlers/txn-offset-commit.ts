import { isRafkaError, RafkaError } from '../../core/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { txnOffsetCommit } from '../../protocol/apis/txn-offset-commit.ts'
import type { BrokerState } from '../broker-state.ts'
import { assertGroupId, groupToCommitTo } from '../groups/find-group.ts'
import { checkedOffset, type OffsetToCommit, topicToCommitTo } from '../groups/offsets/check-offsets.ts'
import { handler, wireErrorOf } from '../handler.ts'
import { saveTransaction } from '../transactions/add-to-transaction.ts'
import type { Transaction } from '../transactions/transaction.ts'
import { holdOffsets } from '../transactions/transaction-offsets.ts'
import type { TransactionOffset } from '../transactions/transaction-state.ts'

type Request = RequestOf<typeof txnOffsetCommit>
type TopicAnswer = ResponseOf<typeof txnOffsetCommit>['topics'][number]

/** First versions that know TRANSACTION_ABORTABLE, and that add the group to the transaction by themselves (KIP-890). */
const FIRST_VERSION_ABORTABLE = 4
const FIRST_VERSION_ADDING = 5
/** A version of OffsetCommit that has no error of its own for a group that is not there. */
const AS_OFFSET_COMMIT = 8

/**
 * Puts offsets of a group into a transaction: they count when it is committed, and are as if never sent when it is aborted. Fenced by the
 * member that sends them where it says who it is (KIP-447).
 */
export const txnOffsetCommitHandler = handler({
  api: txnOffsetCommit,
  minVersion: 0,
  maxVersion: 5,
  async handle(state, request, { version }) {
    const accepted: TransactionOffset[] = []
    const topics = request.topics.map((asked) => check(state, request, asked, accepted))
    try {
      assertGroupId(request.groupId)
      const transaction = transactionOf(state, request, version)
      groupToCommitTo(state.groups, request.groupId, request, accepted, {
        version: AS_OFFSET_COMMIT,
        transactional: true,
      })
      transaction.add({ groups: [request.groupId], offsets: accepted }, state.clock.now())
      // Held from now on: a reader that wants what is stable must not get the old value when the end comes first.
      holdOffsets(state, transaction.state)
      await saveTransaction(state, transaction)
      return txnOffsetCommit.response.create({ topics })
    } catch (error) {
      return txnOffsetCommit.response.create({ topics: failed(topics, wireErrorOf(error, state).errorCode) })
    }
  },
  refuse: (request, { errorCode }) => txnOffsetCommit.response.create({ topics: failed(noErrors(request), errorCode) }),
})

/**
 * The transaction of the request's producer, when the group is in it or may be put there.
 * @throws RafkaError `INVALID_PRODUCER_ID_MAPPING`, `INVALID_PRODUCER_EPOCH`; `INVALID_TXN_STATE` or from version 4 on
 *   `TRANSACTION_ABORTABLE` when the group is not in it; `COORDINATOR_NOT_AVAILABLE` or from version 5 on `CONCURRENT_TRANSACTIONS` when the
 *   client is to try again
 */
function transactionOf(state: BrokerState, request: Request, version: number): Transaction {
  const { transactionalId, producerId, producerEpoch, groupId } = request
  const transaction = find(state, transactionalId, producerId, producerEpoch, version)
  if (version >= FIRST_VERSION_ADDING || transaction.hasGroup(groupId)) return transaction
  throw new RafkaError(
    version >= FIRST_VERSION_ABORTABLE ? 'TRANSACTION_ABORTABLE' : 'INVALID_TXN_STATE',
    `group "${groupId}" was not added to the transaction of "${transactionalId}"`,
  )
}

function find(state: BrokerState, id: string, producerId: number, producerEpoch: number, version: number): Transaction {
  try {
    return state.transactions.find(id, producerId, producerEpoch)
  } catch (error) {
    if (isRafkaError(error, 'PRODUCER_FENCED')) throw new RafkaError('INVALID_PRODUCER_EPOCH', error.message)
    if (isRafkaError(error, 'CONCURRENT_TRANSACTIONS') && version < FIRST_VERSION_ADDING) {
      throw new RafkaError('COORDINATOR_NOT_AVAILABLE', error.message)
    }
    throw error
  }
}

/** What is wrong with one partition keeps no other from it. */
function check(
  state: BrokerState,
  { groupId }: Request,
  { name, partitions }: Request['topics'][number],
  accepted: TransactionOffset[],
): TopicAnswer {
  const checkOne = (given: OffsetToCommit) => {
    try {
      accepted.push({ groupId, ...checkedOffset(state, topicToCommitTo(state, { name }), given) })
      return { partitionIndex: given.partitionIndex, errorCode: 0 }
    } catch (error) {
      return { partitionIndex: given.partitionIndex, errorCode: wireErrorOf(error, state).errorCode }
    }
  }
  return { name, partitions: partitions.map(checkOne) }
}

function noErrors({ topics }: Request): TopicAnswer[] {
  return topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
  }))
}

/** Where a partition had an error of its own, that stays. */
function failed(topics: readonly TopicAnswer[], errorCode: number): TopicAnswer[] {
  return topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((one) => (one.errorCode === 0 ? { ...one, errorCode } : one)),
  }))
}
