import { RafkaError } from '../../../core/errors.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { ClassicContext } from './rebalance.ts'

/** Who commits offsets, as it says itself. */
export interface Committer {
  readonly memberId: string
  readonly groupInstanceId: string | null
  /** -1: it is no member: an administrator, or a consumer that was given its partitions. */
  readonly generationIdOrMemberEpoch: number
}

/**
 * Checks that a committer may do so: a member of the current generation, or anybody when there are no members.
 * @param transactional as part of a transaction, where old clients do not say who they are (KIP-447), and which may end while the group rebalances
 * @throws RafkaError with Kafka's error
 */
export function validateClassicCommit(
  context: ClassicContext,
  group: ClassicGroup,
  committer: Committer,
  { transactional = false } = {},
): void {
  const { memberId, groupInstanceId, generationIdOrMemberEpoch: generation } = committer
  if (generation < 0 && group.state === 'Empty') return
  if (generation >= 0 || memberId !== '' || groupInstanceId !== null) {
    const member = group.member(memberId, groupInstanceId)
    group.assertGeneration(generation)
    if (!transactional && (group.state === 'Stable' || group.state === 'PreparingRebalance')) {
      context.sessions.renew(group, member)
    }
  } else if (!transactional) {
    throw new RafkaError(
      'UNKNOWN_MEMBER_ID',
      `group "${group.id}" has members: offsets are committed by them, or when they have left`,
    )
  }
  if (!transactional && group.state === 'CompletingRebalance') {
    throw new RafkaError('REBALANCE_IN_PROGRESS', `group "${group.id}" rebalances`)
  }
}
