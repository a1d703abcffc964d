import { RafkaError } from '../../../core/errors.ts'
import type { RequestOf } from '../../../protocol/api.ts'
import type { syncGroup } from '../../../protocol/apis/sync-group.ts'
import { Waiting } from '../waiting.ts'
import { synced, syncRefused } from './answers.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { SyncAnswer } from './classic-member.ts'
import { type ClassicContext, noteSync, rebalance, refuseSyncs } from './rebalance.ts'
import { putClassicGroup } from './stored-classic-group.ts'

/**
 * Gives a member what the leader assigned to it; waits for the leader where it has not spoken yet.
 * The leader's assignments are durable before anybody sees them.
 * @throws RafkaError with Kafka's error
 */
export function syncMember(
  context: ClassicContext,
  group: ClassicGroup,
  request: RequestOf<typeof syncGroup>,
): Promise<SyncAnswer> | SyncAnswer {
  const member = group.member(request.memberId, request.groupInstanceId)
  group.assertGeneration(request.generationId)
  assertProtocol(group, request)
  switch (group.state) {
    case 'Stable':
      noteSync(group, member.id)
      return synced(group, member)
    case 'CompletingRebalance': {
      // One that asks again has given up on its first request.
      member.answerSync(syncRefused('REBALANCE_IN_PROGRESS'))
      const waiting = new Waiting<SyncAnswer>()
      member.sync = waiting
      noteSync(group, member.id)
      if (group.isLeader(member.id)) void takeAssignments(context, group, request.assignments)
      return waiting.answer
    }
    case 'PreparingRebalance':
      throw new RafkaError('REBALANCE_IN_PROGRESS', `group "${group.id}" rebalances: join again`)
    case 'Empty':
    case 'Dead':
      throw new RafkaError('UNKNOWN_MEMBER_ID', `group "${group.id}" has no members`)
  }
}

async function takeAssignments(
  context: ClassicContext,
  group: ClassicGroup,
  given: ReadonlyArray<{ readonly memberId: string; readonly assignment: Buffer }>,
): Promise<void> {
  const { generation } = group
  const byMember = new Map(given.map(({ memberId, assignment }) => [memberId, assignment]))
  const nothing = Buffer.alloc(0)
  // A member that the leader left out has nothing, whatever it had before.
  const assignments = new Map([...group.members.keys()].map((id) => [id, byMember.get(id) ?? nothing]))
  const failure = await context.storage.commit([putClassicGroup(group, assignments)]).then(
    () => undefined,
    (error: Error) => error,
  )
  // Another rebalance has begun meanwhile, and has told everybody so.
  if (group.state !== 'CompletingRebalance' || group.generation !== generation) return
  if (failure !== undefined) {
    context.logger('error', `assignments of group "${group.id}" were not written: ${failure.message}`)
    refuseSyncs(context, group)
    rebalance(context, group)
    return
  }
  group.enter('Stable', context.clock.now())
  for (const member of group.members.values()) {
    member.assignment = assignments.get(member.id) ?? nothing
    if (member.answerSync(synced(group, member))) context.sessions.renew(group, member)
  }
  context.hooks.look('onGroupRebalanced', { groupId: group.id, generation, members: group.members.size })
}

function assertProtocol(
  group: ClassicGroup,
  { protocolType, protocolName }: { readonly protocolType: string | null; readonly protocolName: string | null },
): void {
  const same =
    (protocolType === null || protocolType === group.protocolType) &&
    (protocolName === null || protocolName === group.protocolName)
  if (same) return
  throw new RafkaError(
    'INCONSISTENT_GROUP_PROTOCOL',
    `group "${group.id}" has protocol ${group.protocolType}/${group.protocolName}; the request has ${protocolType}/${protocolName}`,
  )
}
