import type { Change } from '../../../core/storage-engine.ts'
import { entryKeys, putEntry } from '../../entries.ts'
import type { GroupOffsets } from '../offsets/group-offsets.ts'
import { ConsumerGroup } from './consumer-group.ts'
import { ConsumerMember, type MemberTerms, type Standing } from './consumer-member.ts'
import { type Holdings, listed, partitionSet, type TopicPartitions } from './partition-sets.ts'

/** A group of the new protocol, as it is stored: its members have entries of their own. */
export interface StoredConsumerGroup {
  readonly type: 'consumer'
  readonly epoch: number
  readonly assignmentEpoch: number
  readonly seenTopics: ReadonlyArray<readonly [topicId: string, partitions: number]>
}

type StoredHoldings = ReadonlyArray<
  readonly [topicId: string, partitions: ReadonlyArray<readonly [partition: number, since: number]>]
>

/** A member of such a group, as it is stored. */
export interface StoredConsumerMember {
  readonly groupId: string
  readonly id: string
  readonly instanceId: string | null
  readonly terms: MemberTerms
  readonly standing: Omit<Standing, 'assigned' | 'revoking'> & {
    readonly assigned: StoredHoldings
    readonly revoking: StoredHoldings
  }
  readonly target: readonly TopicPartitions[]
}

/** The change that stores what the group is without its members. */
export function putConsumerGroup({ id, type, epoch, assignmentEpoch, seenTopics }: ConsumerGroup): Change {
  const stored: StoredConsumerGroup = { type, epoch, assignmentEpoch, seenTopics: [...seenTopics] }
  return putEntry(entryKeys.group(id), stored)
}

/** The change that stores a member. */
export function putConsumerMember(group: ConsumerGroup, member: ConsumerMember): Change {
  const { id, instanceId, terms, standing, target } = member
  const stored: StoredConsumerMember = {
    groupId: group.id,
    id,
    instanceId,
    terms,
    standing: { ...standing, assigned: storedHoldings(standing.assigned), revoking: storedHoldings(standing.revoking) },
    target: listed(target),
  }
  return putEntry(entryKeys.member(group.id, id), stored)
}

/** The group as it was stored. */
export function restoreConsumerGroup(
  id: string,
  stored: StoredConsumerGroup,
  members: readonly StoredConsumerMember[],
  offsets: GroupOffsets,
): ConsumerGroup {
  const group = new ConsumerGroup(id, offsets)
  group.epoch = stored.epoch
  group.assignmentEpoch = stored.assignmentEpoch
  group.seenTopics = new Map(stored.seenTopics)
  for (const { id: memberId, instanceId, terms, standing, target } of members) {
    const { assigned, revoking, ...rest } = standing
    group.add(
      new ConsumerMember(memberId, instanceId, {
        terms,
        standing: { ...rest, assigned: restored(assigned), revoking: restored(revoking) },
        target: partitionSet(target),
      }),
    )
  }
  if (group.state === 'Stable') group.announcedEpoch = group.assignmentEpoch
  return group
}

function storedHoldings(holdings: Holdings): StoredHoldings {
  return [...holdings].map(([topicId, partitions]) => [topicId, [...partitions]] as const)
}

function restored(holdings: StoredHoldings): Holdings {
  return new Map(holdings.map(([topicId, partitions]) => [topicId, new Map(partitions)]))
}
