import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { addPartitionsToTxn } from '../../protocol/apis/add-partitions-to-txn.ts'
import { errorCode } from '../../protocol/error-codes.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, wireErrorOf } from '../handler.ts'
import { addToTransaction } from '../transactions/add-to-transaction.ts'
import { transactionErrorCode } from '../transactions/transaction-error.ts'
import type { TransactionPartition } from '../transactions/transaction-state.ts'

type Request = RequestOf<typeof addPartitionsToTxn>
type Response = ResponseOf<typeof addPartitionsToTxn>

/** First version whose clients know PRODUCER_FENCED. */
const FIRST_VERSION_FENCED = 2

/**
 * Puts partitions into a transaction. All or none: one that there is not keeps the others out.
 * Versions from 4 on are for brokers among each other, and there is one.
 */
export const addPartitionsToTxnHandler = handler({
  api: addPartitionsToTxn,
  minVersion: 0,
  maxVersion: 3,
  async handle(state, request, { version }) {
    const partitions = request.v3AndBelowTopics.flatMap(({ name, partitions: numbers }) =>
      numbers.map((partition) => locate(state, name, partition)),
    )
    const isMissing = partitions.some(({ log }) => log === undefined)
    if (isMissing) return missing(state, request)
    const { v3AndBelowProducerId: producerId, v3AndBelowProducerEpoch: producerEpoch } = request
    try {
      const producer = { producerId, producerEpoch }
      const known = partitions as TransactionPartition[]
      await addToTransaction(state, request.v3AndBelowTransactionalId, producer, { partitions: known })
      return answer(request, () => 0)
    } catch (error) {
      const code = transactionErrorCode(wireErrorOf(error, state), version >= FIRST_VERSION_FENCED)
      return answer(request, () => code)
    }
  },
  refuse: (request, error) => answer(request, () => error.errorCode),
})

function locate(state: BrokerState, topic: string, partition: number) {
  return { topic, partition, log: state.topics.get(topic)?.logs[partition]?.id }
}

/** Those that there are not say so; with the others nothing was tried (`KafkaApis.handleAddPartitionsToTxnRequest`). */
function missing(state: BrokerState, request: Request): Response {
  return answer(request, (name, partition) =>
    errorCode(
      locate(state, name, partition).log === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'OPERATION_NOT_ATTEMPTED',
    ),
  )
}

function answer({ v3AndBelowTopics }: Request, codeOf: (topic: string, partition: number) => number): Response {
  return addPartitionsToTxn.response.create({
    resultsByTopicV3AndBelow: v3AndBelowTopics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map((partitionIndex) => ({
        partitionIndex,
        partitionErrorCode: codeOf(name, partitionIndex),
      })),
    })),
  })
}
