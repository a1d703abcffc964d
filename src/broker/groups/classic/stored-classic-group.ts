import type { Change } from '../../../core/storage-engine.ts'
import { entryKeys, putEntry } from '../../entries.ts'
import type { GroupOffsets } from '../offsets/group-offsets.ts'
import { ClassicGroup } from './classic-group.ts'
import { ClassicMember } from './classic-member.ts'

/** A classic group between two rebalances, as it is stored: bytes in base64. */
export interface StoredClassicGroup {
  readonly type: 'classic'
  readonly generation: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leaderId: string | null
  readonly stateSinceMs: number
  readonly members: readonly StoredMember[]
}

interface StoredMember {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocols: ReadonlyArray<readonly [name: string, metadata: string]>
  readonly assignment: string
}

/**
 * The change that stores the group as it is, with `assignments` by member id where they are not the members' own yet.
 * All protocols of a member go with it, so that one that joins again after a restart is known to have changed nothing.
 */
export function putClassicGroup(group: ClassicGroup, assignments?: ReadonlyMap<string, Buffer>): Change {
  const stored: StoredClassicGroup = {
    type: group.type,
    generation: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leaderId: group.leaderId,
    stateSinceMs: group.stateSinceMs,
    members: [...group.members.values()].map(({ id, instanceId, terms, assignment }) => ({
      id,
      instanceId,
      ...terms,
      protocols: terms.protocols.map(({ name, metadata }) => [name, metadata.toString('base64')] as const),
      assignment: (assignments?.get(id) ?? assignment).toString('base64'),
    })),
  }
  return putEntry(entryKeys.group(group.id), stored)
}

/** The group as it was stored: stable with its members, or empty. */
export function restoreClassicGroup(id: string, stored: StoredClassicGroup, offsets: GroupOffsets): ClassicGroup {
  const group = new ClassicGroup(id, offsets, stored.stateSinceMs)
  group.generation = stored.generation
  for (const { id: memberId, instanceId, protocols, assignment, ...terms } of stored.members) {
    const member = new ClassicMember(memberId, instanceId, {
      ...terms,
      protocols: protocols.map(([name, metadata]) => ({ name, metadata: Buffer.from(metadata, 'base64') })),
    })
    member.assignment = Buffer.from(assignment, 'base64')
    group.add(member, stored.protocolType ?? '')
  }
  group.protocolType = stored.protocolType
  group.protocolName = stored.protocolName
  group.leaderId = stored.leaderId
  group.enter(group.members.size === 0 ? 'Empty' : 'Stable', stored.stateSinceMs)
  group.noteTopics()
  return group
}
