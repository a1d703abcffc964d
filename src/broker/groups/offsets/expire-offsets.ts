import type { GroupContext } from '../group-context.ts'
import type { Group, GroupRegistry } from '../group-registry.ts'
import type { CommittedOffset } from './committed-offset.ts'
import type { Place } from './group-offsets.ts'

const MS_PER_MINUTE = 60_000

/**
 * Forgets offsets that nobody has needed for `offsets.retention.minutes`, and groups that have nothing left (KIP-211):
 * those of a group without members from when the last one left; those of topics that its members no longer consume from their commit.
 */
export async function expireOffsets(
  groups: GroupRegistry,
  { clock, configs, storage, topics, logger }: GroupContext,
): Promise<void> {
  const nowMs = clock.now()
  const retentionMs = configs.number('offsets.retention.minutes') * MS_PER_MINUTE
  for (const group of groups.all()) {
    const isExpired = (topicId: string, partition: number, committed: CommittedOffset): boolean => {
      const topic = topics.byId(topicId)
      if (topic === undefined) return true
      if (group.offsets.isUnderWay(topicId, partition) || group.offsets.pending.has(topicId, partition)) return false
      const sinceMs = retainedSinceMs(group, topic.name, committed)
      if (sinceMs === undefined) return false
      return committed.expiresAtMs === null ? nowMs - sinceMs >= retentionMs : nowMs >= committed.expiresAtMs
    }
    const expired: Place[] = []
    for (const [topicId, partitions] of group.offsets.byTopic) {
      for (const [partition, committed] of partitions) {
        if (isExpired(topicId, partition, committed)) expired.push({ topicId, partition })
      }
    }
    try {
      const removal = group.offsets.stageRemoval(expired)
      if (removal.changes.length > 0) {
        await storage.commit(removal.changes)
        removal.apply()
      }
      const isAwaited = group.type === 'classic' && group.pendingMembers.size > 0
      const isAbandoned = group.state === 'Empty' && group.offsets.isEmpty && !isAwaited
      if (isAbandoned && groups.get(group.id) === group) await groups.delete(group)
    } catch (error) {
      logger('error', `expiry of offsets of group "${group.id}" failed: ${(error as Error).message}`)
    }
  }
}

/** From when the time counts; undefined: the offset is in use. */
function retainedSinceMs(group: Group, topic: string, committed: CommittedOffset): number | undefined {
  // As Kafka does it: of the new protocol, what its members do not read counts from its commit, whatever the group does.
  if (group.type === 'consumer') return group.topics.has(topic) ? undefined : committed.committedAtMs
  // A group that nobody ever joined is somebody who only stores offsets here: nobody can tell when they went.
  if (group.protocolType === null) return committed.committedAtMs
  if (group.state === 'Empty') return Math.max(group.stateSinceMs, committed.committedAtMs)
  const isIdle = group.state === 'Stable' && group.topics !== null && !group.topics.has(topic)
  return isIdle ? committed.committedAtMs : undefined
}
