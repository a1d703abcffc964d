import { isRafkaError, RafkaError } from '../../core/errors.ts'
import type { BrokerState } from '../broker-state.ts'
import type { StagedOffsets } from '../groups/offsets/group-offsets.ts'
import type { StagedAppend } from '../logs/staged-append.ts'
import type { Transaction } from './transaction.ts'
import { releaseOffsets, stageOffsets } from './transaction-offsets.ts'
import type { NextProducer, TransactionEnd, TransactionState } from './transaction-state.ts'

/** One node coordinates for ever. */
const COORDINATOR_EPOCH = 0

/**
 * Ends a transaction: a marker in each of its partitions, its offsets and its state are one commit, so that after a crash it is either open
 * or ended everywhere.
 * @param markerEpoch epoch of the markers: older batches of the producer are refused from then on
 * @throws RafkaError `CONCURRENT_TRANSACTIONS` when something else is under way with it or a topic of it is just being deleted,
 *   `NOT_COORDINATOR` when the disk failed: nothing was kept, and the same request may come again
 */
export async function endTransaction(
  state: BrokerState,
  transaction: Transaction,
  type: TransactionEnd,
  next: NextProducer,
  markerEpoch: number,
): Promise<void> {
  const nowMs = state.clock.now()
  transaction.begin(type)
  const before = transaction.state
  const after: TransactionState = {
    ...before,
    ...next,
    status: type === 'commit' ? 'CompleteCommit' : 'CompleteAbort',
    // One in which nothing happened began and ended now.
    startedMs: before.status === 'Ongoing' ? before.startedMs : nowMs,
    changedMs: nowMs,
    partitions: new Map(),
    groups: [],
    offsets: [],
  }
  const staged: StagedAppend[] = []
  let offsets: readonly StagedOffsets[] = []
  let failure: unknown
  try {
    stageMarkers(state, before, type, markerEpoch, staged)
    if (type === 'commit') offsets = stageOffsets(state, before)
    await state.storage.commit([...[...staged, ...offsets].flatMap(({ changes }) => changes), transaction.put(after)])
  } catch (error) {
    failure = error
  }
  for (const append of staged) append.log.settle(append, failure === undefined)
  if (failure !== undefined && !(await wasKept(state, transaction, after, failure))) {
    for (const one of offsets) one.cancel()
    transaction.giveUp()
    throw retriable(failure)
  }
  for (const one of offsets) one.apply()
  releaseOffsets(state, before)
  transaction.complete(after)
}

/** Whether a commit is on the disk although it failed. The logs find out by themselves. */
async function wasKept(
  { storage }: BrokerState,
  transaction: Transaction,
  after: TransactionState,
  failure: unknown,
): Promise<boolean> {
  if (!isRafkaError(failure, 'KAFKA_STORAGE_ERROR')) return false
  try {
    return await transaction.isStored(storage, after)
  } catch {
    return false
  }
}

/** A log that is gone needs no marker. What was staged before one fails is in `staged` all the same. */
function stageMarkers(
  state: BrokerState,
  { producerId, partitions }: TransactionState,
  type: TransactionEnd,
  producerEpoch: number,
  staged: StagedAppend[],
): void {
  for (const { topic, log: id } of partitions.values()) {
    const log = state.topics.log(id)
    if (log === undefined) continue
    if (log.deleted) {
      throw new RafkaError('CONCURRENT_TRANSACTIONS', `topic "${topic}" is just being deleted; try again`)
    }
    const known = log.producers.all.get(producerId)
    // An administrator has ended it here under a later epoch: nothing of this one can have come since.
    if (known !== undefined && known.epoch > producerEpoch) continue
    const coordinatorEpoch = Math.max(COORDINATOR_EPOCH, known?.coordinatorEpoch ?? COORDINATOR_EPOCH)
    staged.push(log.stageMarker({ type, producerId, producerEpoch, coordinatorEpoch }, state.clock.now()))
  }
}

/** A coordinator whose disk fails says that it is none: clients look for it again and send the request anew (`TransactionStateManager`). */
export function retriable(error: unknown): unknown {
  if (!isRafkaError(error, 'KAFKA_STORAGE_ERROR')) return error
  return new RafkaError('NOT_COORDINATOR', error.message, { cause: error })
}
