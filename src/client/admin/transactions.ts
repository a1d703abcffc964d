import type { TopicPartition } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import type {
  PartitionProducers,
  ProducerState,
  TransactionDescription,
  TransactionListing,
} from '../../core/transaction-admin.ts'
import { describeProducers } from '../../protocol/apis/describe-producers.ts'
import { describeTransactions } from '../../protocol/apis/describe-transactions.ts'
import { listTransactions } from '../../protocol/apis/list-transactions.ts'
import { writeTxnMarkers } from '../../protocol/apis/write-txn-markers.ts'
import { errorName, isRetriable } from '../../protocol/error-codes.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { Coordinator } from '../cluster/coordinator.ts'
import { byLeader } from '../cluster/list-offsets.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'
import { itemError, leftOut } from './item-result.ts'
import { askMetadata } from './topics.ts'

/** See `TransactionAdmin.listTransactions`. */
export async function listTransactionsOn(
  cluster: Cluster,
  filter: { readonly states?: readonly string[]; readonly producerIds?: readonly number[] },
): Promise<TransactionListing[]> {
  const { nodes } = await askMetadata(cluster, [])
  const { states = [], producerIds = [] } = filter
  const body = listTransactions.request.create({ stateFilters: states, producerIdFilters: producerIds })
  const lists = await Promise.all(
    [...nodes.keys()].map(async (node) => {
      const response = await cluster.call(node, listTransactions, body)
      const error = errorName(response.errorCode)
      if (error !== 'NONE') throw new RafkaError(error, `node ${node} refused to list its transactions: ${error}`)
      const [unknown] = response.unknownStateFilters
      if (unknown !== undefined) throw new RafkaError('INVALID_ARGUMENT', `"${unknown}" is no state of a transaction`)
      return response.transactionStates
    }),
  )
  return lists
    .flat()
    .map(({ transactionalId, producerId, transactionState }) => ({
      transactionalId,
      producerId,
      state: transactionState,
    }))
    .sort((a, b) => (a.transactionalId < b.transactionalId ? -1 : 1))
}

/** See `TransactionAdmin.describeTransactions`. */
export function describeTransactionsOn(cluster: Cluster, ids: readonly string[]): Promise<TransactionDescription[]> {
  return Promise.all(ids.map((id) => describeTransaction(cluster, id)))
}

async function describeTransaction(cluster: Cluster, transactionalId: string): Promise<TransactionDescription> {
  const body = describeTransactions.request.create({ transactionalIds: [transactionalId] })
  const response = await new Coordinator(cluster, 'transaction', transactionalId).call(describeTransactions, body, {
    errorOf: ({ transactionStates: [state] }) => state?.errorCode ?? 0,
  })
  const state = response.transactionStates[0]
  return {
    transactionalId,
    producerId: state?.producerId ?? -1,
    producerEpoch: state?.producerEpoch ?? -1,
    state: state?.transactionState ?? '',
    timeoutMs: state?.transactionTimeoutMs ?? -1,
    startedAt: state?.transactionStartTimeMs ?? -1,
    partitions: (state?.topics ?? []).flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    ),
    error: state === undefined ? leftOut(transactionalId) : itemError(transactionalId, state.errorCode, null),
  }
}

/** See `TransactionAdmin.describeProducers`. */
export function describeProducersOn(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
): Promise<PartitionProducers[]> {
  return Promise.all(partitions.map((partition) => describeProducersIn(cluster, partition)))
}

async function describeProducersIn(
  cluster: Cluster,
  { topic, partition }: TopicPartition,
): Promise<PartitionProducers> {
  const place = { topic, partition }
  const body = describeProducers.request.create({ topics: [{ name: topic, partitionIndexes: [partition] }] })
  const bounds = { awaited: `the producers of ${topic}-${partition}`, timeoutMs: defaultRequestTimeoutMs }
  return cluster.retry(bounds, async (timeoutMs) => {
    const [[leader = 'any' as const] = []] = await byLeader(cluster, [place], timeoutMs)
    const response = await cluster.main.request(leader, describeProducers, body, { timeoutMs })
    const answer = response.topics[0]?.partitions[0]
    if (answer === undefined) return { ...place, producers: [], error: leftOut(`${topic}-${partition}`) }
    await refreshAfter(cluster, topic, answer.errorCode, timeoutMs)
    const producers = answer.activeProducers.map(({ currentTxnStartOffset, ...each }) => ({
      ...each,
      transactionStartOffset: currentTxnStartOffset,
    }))
    return { ...place, producers, error: itemError(`${topic}-${partition}`, answer.errorCode, answer.errorMessage) }
  })
}

/** See `TransactionAdmin.abortTransaction`. */
export function abortTransactionOn(
  cluster: Cluster,
  partition: TopicPartition,
  producer: ProducerState,
): Promise<void> {
  const { topic, partition: index } = partition
  const { producerId, producerEpoch, coordinatorEpoch } = producer
  const topics = [{ name: topic, partitionIndexes: [index] }]
  // A coordinator that never wrote a marker into this partition has the epoch -1 there; on the wire it is none.
  const marker = {
    producerId,
    producerEpoch,
    transactionResult: false,
    topics,
    coordinatorEpoch: Math.max(0, coordinatorEpoch),
    transactionVersion: 0,
  }
  const bounds = { awaited: `the end of a transaction in ${topic}-${index}`, timeoutMs: defaultRequestTimeoutMs }
  return cluster.retry(bounds, async (timeoutMs) => {
    const [[leader = 'any' as const] = []] = await byLeader(cluster, [partition], timeoutMs)
    const body = writeTxnMarkers.request.create({ markers: [marker] })
    const response = await cluster.main.request(leader, writeTxnMarkers, body, { timeoutMs })
    const code = response.markers[0]?.topics[0]?.partitions[0]?.errorCode ?? -1
    await refreshAfter(cluster, topic, code, timeoutMs)
    const error = errorName(code)
    if (error === 'NONE') return
    const message = `the transaction of producer ${producerId} in ${topic}-${index} was not aborted: ${error}`
    throw new RafkaError(error, message, { details: { topic, partition: index, producerId } })
  })
}

/** Another node may lead the partition by now. @throws RafkaError so that it is asked */
async function refreshAfter(cluster: Cluster, topic: string, code: number, timeoutMs: number): Promise<void> {
  const error = errorName(code)
  if (error === 'NONE' || error === 'UNKNOWN_TOPIC_OR_PARTITION' || !isRetriable(error)) return
  await cluster.refresh({ topics: [topic], timeoutMs }).catch(() => undefined)
  throw new RafkaError(error, `the broker answered ${error} for topic "${topic}"`, { details: { topic } })
}
