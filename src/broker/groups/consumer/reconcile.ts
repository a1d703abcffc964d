import type { Progress, Standing } from './consumer-member.ts'
import { type Holdings, noHoldings, overlaps, type PartitionSet, samePartitions } from './partition-sets.ts'

/** What decides where a member goes next. */
export interface Reconciling {
  readonly standing: Standing
  readonly target: PartitionSet
  /** Of the assignment that the target belongs to. */
  readonly assignmentEpoch: number
  /** What the member says that it has; null: it did not say. */
  readonly owned: PartitionSet | null
  /** Whether nobody else has the partition. */
  readonly isFree: (topicId: string, partition: number) => boolean
}

/**
 * One step of a member towards its target (Kafka's `CurrentAssignmentBuilder`). First it gives up what it is not to have any more, and stays in
 * its epoch until it says that it did; then it comes to the epoch of the assignment and gets what is free; what others have not given up yet
 * comes later.
 * @returns the same object when there is nothing to do
 */
export function nextStanding(reconciling: Reconciling): Standing {
  const { standing, assignmentEpoch, owned } = reconciling
  switch (standing.progress) {
    case 'stable':
      return standing.epoch === assignmentEpoch ? standing : step(reconciling, standing.epoch)
    case 'unrevoked': {
      const stillHas = owned === null || overlaps(owned, standing.revoking)
      return stillHas ? standing : step(reconciling, standing.epoch + 1)
    }
    case 'unreleased':
      return step(reconciling, standing.epoch)
  }
}

function step({ standing, target, assignmentEpoch, owned, isFree }: Reconciling, epoch: number): Standing {
  const assigned = new Map<string, Map<number, number>>()
  const revoking = new Map<string, Map<number, number>>()
  for (const [topicId, partitions] of standing.assigned) {
    const wanted = target.get(topicId)
    for (const [partition, since] of partitions) {
      put(wanted?.has(partition) === true ? assigned : revoking, topicId, partition, since)
    }
  }
  if (revoking.size > 0 && (owned === null || overlaps(owned, revoking))) {
    return moved(standing, epoch, 'unrevoked', assigned, revoking)
  }
  let waits = false
  for (const [topicId, partitions] of target) {
    const had = standing.assigned.get(topicId)
    for (const partition of partitions) {
      if (had?.has(partition) === true) continue
      if (isFree(topicId, partition)) put(assigned, topicId, partition, assignmentEpoch)
      else waits = true
    }
  }
  return moved(standing, assignmentEpoch, waits ? 'unreleased' : 'stable', assigned, noHoldings)
}

function moved(from: Standing, epoch: number, progress: Progress, assigned: Holdings, revoking: Holdings): Standing {
  const isSame = from.epoch === epoch && from.progress === progress && samePartitions(from.assigned, assigned)
  if (isSame && samePartitions(from.revoking, revoking)) return from
  return { epoch, previousEpoch: from.epoch === epoch ? from.previousEpoch : from.epoch, progress, assigned, revoking }
}

function put(holdings: Map<string, Map<number, number>>, topicId: string, partition: number, since: number): void {
  const ofTopic = holdings.get(topicId) ?? new Map<number, number>()
  holdings.set(topicId, ofTopic.set(partition, since))
}
