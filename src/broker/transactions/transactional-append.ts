import { isRafkaError, RafkaError } from '../../core/errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import type { produce } from '../../protocol/apis/produce.ts'
import { type BatchHeader, isTransactional } from '../../records/header.ts'
import type { BrokerState } from '../broker-state.ts'
import type { PartitionLog } from '../logs/partition-log.ts'
import type { Transaction } from './transaction.ts'

/** First versions of Produce that know TRANSACTION_ABORTABLE, and that add a partition to the transaction by themselves (KIP-890). */
const FIRST_VERSION_ABORTABLE = 11
const FIRST_VERSION_ADDING = 12

/** Whether a Produce request has transactional batches and names no transactional id: nothing of it is taken (`KafkaApis`). */
export function lacksTransactionalId({ transactionalId, topicData }: RequestOf<typeof produce>): boolean {
  if (transactionalId !== null) return false
  return topicData.some(({ partitionData }) =>
    partitionData.some(({ records }) => records?.[0] !== undefined && isTransactional(records[0])),
  )
}

/**
 * Makes sure that a transactional batch may go into a log: it comes from the producer of the transactional id, and the log belongs to its
 * transaction or may be put into it (`AddPartitionsToTxnManager`, `ReplicaManager`).
 * @returns the transaction; the log is to be added to it when the batch has its offsets
 * @throws RafkaError `TRANSACTIONAL_ID_AUTHORIZATION_FAILED`, `INVALID_PRODUCER_ID_MAPPING`, `INVALID_PRODUCER_EPOCH`; `INVALID_TXN_STATE` or from version 11 on
 *   `TRANSACTION_ABORTABLE` when the log does not belong to it; `NOT_ENOUGH_REPLICAS` or from version 12 on `CONCURRENT_TRANSACTIONS` when
 *   the client is to try again
 */
export function transactionOfAppend(
  state: BrokerState,
  transactionalId: string | null,
  { producerId, producerEpoch }: BatchHeader,
  log: PartitionLog,
  version: number,
): Transaction {
  if (transactionalId === null) {
    throw new RafkaError(
      'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
      'the batch is of a transaction; the request names none',
    )
  }
  const transaction = findFor(state, transactionalId, producerId, producerEpoch, version)
  if (version >= FIRST_VERSION_ADDING || transaction.has(log.id)) return transaction
  throw new RafkaError(
    version >= FIRST_VERSION_ABORTABLE ? 'TRANSACTION_ABORTABLE' : 'INVALID_TXN_STATE',
    `${log.topic}/${log.partition} was not added to the transaction of "${transactionalId}"`,
  )
}

/** In Produce some errors go by other names, which its clients know what to do about. */
function findFor(
  state: BrokerState,
  transactionalId: string,
  producerId: number,
  producerEpoch: number,
  version: number,
): Transaction {
  try {
    return state.transactions.find(transactionalId, producerId, producerEpoch)
  } catch (error) {
    if (isRafkaError(error, 'PRODUCER_FENCED')) throw new RafkaError('INVALID_PRODUCER_EPOCH', error.message)
    if (isRafkaError(error, 'CONCURRENT_TRANSACTIONS') && version < FIRST_VERSION_ADDING) {
      throw new RafkaError('NOT_ENOUGH_REPLICAS', error.message)
    }
    throw error
  }
}
