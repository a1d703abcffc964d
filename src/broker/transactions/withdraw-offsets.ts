import type { Change } from '../../core/storage-engine.ts'
import type { BrokerState } from '../broker-state.ts'
import type { Place } from '../groups/offsets/group-offsets.ts'
import { holdOffsets } from './transaction-offsets.ts'

/** Offsets that were taken out of open transactions. Exactly one of `keep` and `undo` ends it. */
export interface Withdrawal {
  /** For the commit that deletes what is committed already. */
  readonly changes: readonly Change[]
  /** That commit has resolved. */
  keep(): void
  /** It has failed: they count again, unless their transaction has ended meanwhile. */
  undo(): void
}

/**
 * Offsets of a group are deleted: those that wait for the end of a transaction go as well, so that the end does not bring them back
 * (`OffsetMetadataManager`). In a transaction that is just being ended they have gone the way of its commit, which is before this one.
 */
export function withdrawOffsets(
  state: BrokerState,
  groupId: string,
  isGone: (place: Place) => boolean = () => true,
): Withdrawal {
  const pending = state.groups.get(groupId)?.offsets.pending
  const withdrawn = state.transactions.all().flatMap((transaction) => {
    const before = transaction.state
    const offsets = transaction.withdraw((offset) => offset.groupId === groupId && isGone(offset))
    if (offsets.length === 0) return []
    for (const { topicId, partition } of offsets) pending?.drop(before.producerId, topicId, partition)
    return [{ transaction, before, offsets, after: transaction.state, isPut: !transaction.busy }]
  })
  return {
    changes: withdrawn.flatMap(({ transaction, after, isPut }) => (isPut ? [transaction.put(after)] : [])),
    keep() {
      for (const { transaction, after, isPut } of withdrawn) if (isPut) transaction.saved(after)
    },
    undo() {
      for (const { transaction, before, offsets } of withdrawn) {
        if (transaction.putBack(offsets, before)) holdOffsets(state, transaction.state)
      }
    },
  }
}
