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
    changedMs: nowMs,
    partitions: new Map(),
    groups: [],
    offsets: [],
  }
  const staged: StagedAppend[] = []
  let offsets: readonly StagedOffsets[] = []
  let committed = false
  try {
    stageMarkers(state, before, type, markerEpoch, staged)
    if (type === 'commit') offsets = stageOffsets(state, before)
    await state.storage.commit([...[...staged, ...offsets].flatMap(({ changes }) => changes), transaction.put(after)])
    committed = true
    releaseOffsets(state, before)
  } catch (error) {
    throw retriable(error)
  } finally {
    for (const append of staged) append.log.settle(append, committed)
    for (const one of offsets) committed ? one.apply() : one.cancel()
    if (committed) transaction.complete(after)
    else transaction.giveUp()
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
    const marker = { type, producerId, producerEpoch, coordinatorEpoch: COORDINATOR_EPOCH }
    staged.push(log.stageMarker(marker, state.clock.now()))
  }
}

/** A coordinator whose disk fails says that it is none: clients look for it again and send the request anew (`TransactionStateManager`). */
export function retriable(error: unknown): unknown {
  if (!isRafkaError(error, 'KAFKA_STORAGE_ERROR')) return error
  return new RafkaError('NOT_COORDINATOR', error.message, { cause: error })
}
