import type { BrokerState } from '../broker-state.ts'
import type { StagedOffsets } from '../groups/offsets/group-offsets.ts'
import type { TransactionOffset, TransactionState } from './transaction-state.ts'

/** Lets the groups know which of their offsets wait for the end of a transaction. */
export function holdOffsets({ groups }: BrokerState, { producerId, offsets }: TransactionState): void {
  for (const { groupId, topicId, partition } of offsets) {
    groups.getOrCreate(groupId).offsets.pending.hold(producerId, topicId, partition)
  }
}

/** The transaction has ended: they wait no longer. */
export function releaseOffsets({ groups }: BrokerState, { producerId, groups: ids }: TransactionState): void {
  for (const id of ids) groups.get(id)?.offsets.pending.release(producerId)
}

/** What commits the offsets of a transaction. A group that was deleted meanwhile, or a topic, has none to commit any more. */
export function stageOffsets(state: BrokerState, { producerId, offsets }: TransactionState): StagedOffsets[] {
  return [...byGroup(offsets)].flatMap(([groupId, given]) => {
    const group = state.groups.get(groupId)
    if (group?.offsets.pending.heldBy(producerId) !== true) return []
    return [group.offsets.stage(given.filter(({ topicId }) => state.topics.byId(topicId) !== undefined))]
  })
}

function byGroup(offsets: readonly TransactionOffset[]): Map<string, TransactionOffset[]> {
  const groups = new Map<string, TransactionOffset[]>()
  for (const offset of offsets) groups.set(offset.groupId, [...(groups.get(offset.groupId) ?? []), offset])
  return groups
}
