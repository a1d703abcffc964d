import { RafkaError } from '../../core/errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { describeTransactions } from '../../protocol/apis/describe-transactions.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, wireErrorOf } from '../handler.ts'
import type { TransactionPartition } from '../transactions/transaction-state.ts'

type Answer = ResponseOf<typeof describeTransactions>['transactionStates'][number]

/** Tells of transactions by their transactional ids (KIP-664). */
export const describeTransactionsHandler = handler({
  api: describeTransactions,
  minVersion: 0,
  maxVersion: 0,
  async handle(state, { transactionalIds }) {
    return describeTransactions.response.create({
      transactionStates: transactionalIds.map((id) => describe(state, id)),
    })
  },
  refuse: ({ transactionalIds }, { errorCode }) =>
    describeTransactions.response.create({ transactionStates: transactionalIds.map((id) => failed(id, errorCode)) }),
})

function describe(state: BrokerState, transactionalId: string): Answer {
  try {
    if (transactionalId === '') throw new RafkaError('INVALID_REQUEST', 'a transactional id cannot be empty')
    const transaction = state.transactions.get(transactionalId)
    if (transaction === undefined || !transaction.stored) {
      throw new RafkaError('TRANSACTIONAL_ID_NOT_FOUND', `nobody has used the transactional id "${transactionalId}"`)
    }
    const { producerId, producerEpoch, timeoutMs, startedMs, partitions } = transaction.state
    return {
      errorCode: 0,
      transactionalId,
      transactionState: transaction.status,
      transactionTimeoutMs: timeoutMs,
      transactionStartTimeMs: startedMs,
      producerId,
      producerEpoch,
      topics: byTopic([...partitions.values()]),
    }
  } catch (error) {
    return failed(transactionalId, wireErrorOf(error, state).errorCode)
  }
}

function byTopic(partitions: readonly TransactionPartition[]): Answer['topics'] {
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of partitions) topics.set(topic, [...(topics.get(topic) ?? []), partition])
  return [...topics].map(([topic, numbers]) => ({ topic, partitions: numbers }))
}

function failed(transactionalId: string, errorCode: number): Answer {
  return {
    errorCode,
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0,
    producerId: 0,
    producerEpoch: 0,
    topics: [],
  }
}
