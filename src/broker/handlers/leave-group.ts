import type { RequestOf } from '../../protocol/api.ts'
import { leaveGroup } from '../../protocol/apis/leave-group.ts'
import type { BrokerState } from '../broker-state.ts'
import { type Leaving, leaveMembers } from '../groups/classic/leave.ts'
import { removeMembers } from '../groups/consumer/leave.ts'
import { assertGroupId } from '../groups/find-group.ts'
import { handler, wireError, wireErrorOf } from '../handler.ts'

type Request = RequestOf<typeof leaveGroup>

/** From this version on a request names several members, each with an error of its own (KIP-345). */
const FIRST_VERSION_WITH_MEMBERS = 3

/** Takes members out of a group, at once instead of when their sessions end. Of the new protocol, this is how an administrator does it. */
export const leaveGroupHandler = handler({
  api: leaveGroup,
  minVersion: 0,
  maxVersion: 5,
  async handle(state, request, { version }) {
    const leaving = version < FIRST_VERSION_WITH_MEMBERS ? only(request.memberId) : request.members
    try {
      assertGroupId(request.groupId)
      const errors = await leave(state, request.groupId, leaving)
      if (version < FIRST_VERSION_WITH_MEMBERS) return leaveGroup.response.create({ errorCode: errors[0]! })
      const members = leaving.map(({ memberId, groupInstanceId }, i) => ({
        memberId,
        groupInstanceId,
        errorCode: errors[i]!,
      }))
      return leaveGroup.response.create({ members })
    } catch (error) {
      return leaveGroup.response.create({ errorCode: wireErrorOf(error, state).errorCode })
    }
  },
  refuse: (_request, { errorCode }) => leaveGroup.response.create({ errorCode }),
})

async function leave(state: BrokerState, groupId: string, leaving: readonly Leaving[]): Promise<number[]> {
  const group = state.groups.get(groupId)
  if (group === undefined) return leaving.map(() => wireError('UNKNOWN_MEMBER_ID').errorCode)
  const errors =
    group.type === 'classic'
      ? leaveMembers(state.groups.classic, group, leaving)
      : await removeMembers(state.groups.consumer, group, leaving)
  return errors.map((error) => (error === null ? 0 : wireErrorOf(error, state).errorCode))
}

function only(memberId: Request['memberId']): Leaving[] {
  return [{ memberId, groupInstanceId: null }]
}
