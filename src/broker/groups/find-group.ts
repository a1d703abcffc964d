import { RafkaError } from '../../core/errors.ts'
import type { ClassicGroup } from './classic/classic-group.ts'
import { type Committer, validateClassicCommit } from './classic/validate-commit.ts'
import type { GroupRegistry } from './group-registry.ts'

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
  if (group === undefined) throw new RafkaError('UNKNOWN_MEMBER_ID', `group "${id}" does not exist`)
  return group
}

/**
 * The group that is named, for an administrator.
 * @throws RafkaError `GROUP_ID_NOT_FOUND`
 */
export function groupNamed(groups: GroupRegistry, id: string): ClassicGroup {
  const group = groups.get(id)
  if (group === undefined) throw new RafkaError('GROUP_ID_NOT_FOUND', `group "${id}" does not exist`)
  return group
}

/**
 * The group that offsets are committed for, when the committer may do so. One that is not there comes into being unless somebody speaks of
 * a generation of it. An empty id counts as any other here, as it always has.
 * @param version of OffsetCommit
 * @throws RafkaError with Kafka's error
 */
export function groupToCommitTo(
  groups: GroupRegistry,
  id: string,
  committer: Committer,
  { version, transactional = false }: { readonly version: number; readonly transactional?: boolean },
): ClassicGroup {
  const existing = groups.get(id)
  if (existing === undefined && committer.generationIdOrMemberEpoch >= 0) {
    const code = version >= FIRST_COMMIT_VERSION_WITH_GROUP_ID_NOT_FOUND ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION'
    throw new RafkaError(code, `group "${id}" does not exist`)
  }
  if (existing !== undefined) validateClassicCommit(groups.classic, existing, committer, { transactional })
  return existing ?? groups.getOrCreate(id)
}
