import { RafkaError } from '../../core/errors.ts'
import type { ClassicGroup } from './classic/classic-group.ts'
import { type Committer, validateClassicCommit } from './classic/validate-commit.ts'
import type { ConsumerGroup } from './consumer/consumer-group.ts'
import { validateConsumerCommit } from './consumer/validate-commit.ts'
import type { Group, GroupRegistry } from './group-registry.ts'
import type { Place } from './offsets/group-offsets.ts'

/** From this version of OffsetCommit on a group that is not there has an error of its own. */
const FIRST_COMMIT_VERSION_WITH_GROUP_ID_NOT_FOUND = 9

/** @throws RafkaError `INVALID_GROUP_ID` */
export function assertGroupId(id: string): void {
  if (id === '') throw new RafkaError('INVALID_GROUP_ID', 'a group needs an id that is not empty')
}

/**
 * The group that a member of a classic group speaks of. Without the group there is no such member.
 * @throws RafkaError `INVALID_GROUP_ID`, `UNKNOWN_MEMBER_ID`
 */
export function groupOfMember(groups: GroupRegistry, id: string): ClassicGroup {
  assertGroupId(id)
  const group = groups.get(id)
  if (group?.type === 'classic') return group
  const why = group === undefined ? 'does not exist' : 'has no members of the classic protocol'
  throw new RafkaError('UNKNOWN_MEMBER_ID', `group "${id}" ${why}`)
}

/**
 * The group of the new protocol that is named.
 * @throws RafkaError `GROUP_ID_NOT_FOUND`
 */
export function consumerGroupNamed(groups: GroupRegistry, id: string): ConsumerGroup {
  const group = groups.get(id)
  if (group?.type === 'consumer') return group
  const why = group === undefined ? 'does not exist' : 'is not a group of the consumer protocol'
  throw new RafkaError('GROUP_ID_NOT_FOUND', `group "${id}" ${why}`)
}

/**
 * The group that is named, for an administrator.
 * @throws RafkaError `GROUP_ID_NOT_FOUND`
 */
export function groupNamed(groups: GroupRegistry, id: string): Group {
  const group = groups.get(id)
  if (group === undefined) throw new RafkaError('GROUP_ID_NOT_FOUND', `group "${id}" does not exist`)
  return group
}

/**
 * The group that offsets are committed for, when the committer may do so. One that is not there comes into being unless somebody speaks of
 * a generation of it. An empty id counts as any other here, as it always has.
 * @param version of OffsetCommit
 * @param places what is committed
 * @throws RafkaError with Kafka's error
 */
export function groupToCommitTo(
  groups: GroupRegistry,
  id: string,
  committer: Committer,
  places: Iterable<Place>,
  { version, transactional = false }: { readonly version: number; readonly transactional?: boolean },
): Group {
  const existing = groups.get(id)
  if (existing === undefined && committer.generationIdOrMemberEpoch >= 0) {
    const code = version >= FIRST_COMMIT_VERSION_WITH_GROUP_ID_NOT_FOUND ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION'
    throw new RafkaError(code, `group "${id}" does not exist`)
  }
  if (existing?.type === 'classic') validateClassicCommit(groups.classic, existing, committer, { transactional })
  if (existing?.type === 'consumer') validateConsumerCommit(existing, committer, places, { version, transactional })
  return existing ?? groups.getOrCreate(id)
}
