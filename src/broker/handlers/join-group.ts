import type { RequestContext } from '../../core/broker.ts'
import { RafkaError } from '../../core/errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { joinGroup } from '../../protocol/apis/join-group.ts'
import type { BrokerState } from '../broker-state.ts'
import { joinRefused } from '../groups/classic/answers.ts'
import type { ClassicGroup } from '../groups/classic/classic-group.ts'
import type { JoinAnswer } from '../groups/classic/classic-member.ts'
import { joinMember } from '../groups/classic/join.ts'
import { clientHost } from '../groups/client-host.ts'
import { assertGroupId, groupOfMember } from '../groups/find-group.ts'
import { handler, wireErrorOf } from '../handler.ts'

/** Versions from which on a client can take its member id from an error (KIP-394), be told no protocol, and lead without assigning. */
const since = { takeId: 4, nullProtocol: 7, skipAssignment: 9 } as const

/** Takes a member into the next generation of a classic group; the answer waits until all members have joined. */
export const joinGroupHandler = handler({
  api: joinGroup,
  minVersion: 0,
  maxVersion: 9,
  async handle(state, request, context) {
    const answer = await join(state, request, context)
    return context.version < since.nullProtocol ? { ...answer, protocolName: answer.protocolName ?? '' } : answer
  },
  refuse: (request, { errorCode }) => joinGroup.response.create({ errorCode, memberId: request.memberId }),
})

async function join(
  state: BrokerState,
  request: RequestOf<typeof joinGroup>,
  { version, clientId, connection }: RequestContext,
): Promise<JoinAnswer> {
  const { memberId, groupInstanceId, protocolType, protocols, sessionTimeoutMs } = request
  try {
    assertGroupId(request.groupId)
    assertSessionTimeout(state, sessionTimeoutMs)
    const group = groupToJoin(state, request.groupId, memberId)
    return await joinMember(state.groups.classic, group, {
      memberId,
      instanceId: groupInstanceId,
      protocolType,
      terms: {
        clientId: clientId ?? '',
        clientHost: clientHost(connection),
        sessionTimeoutMs,
        // Version 0 has one timeout for both.
        rebalanceTimeoutMs: version === 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs,
        protocols,
      },
      canTakeId: version >= since.takeId,
      canSkipAssignment: version >= since.skipAssignment,
    })
  } catch (error) {
    if (error instanceof RafkaError) return joinRefused(memberId, error.code)
    return joinGroup.response.create({ ...wireErrorOf(error, state), memberId })
  }
}

/** One that has a member id is in the group already; where that is of the other protocol, it is no use to join anew. */
function groupToJoin({ groups }: BrokerState, id: string, memberId: string): ClassicGroup {
  const isOther = groups.get(id)?.type === 'consumer' && groups.get(id)?.state !== 'Empty'
  return memberId === '' || isOther ? groups.classicToJoin(id) : groupOfMember(groups, id)
}

function assertSessionTimeout({ configs }: BrokerState, timeoutMs: number): void {
  const least = configs.number('group.min.session.timeout.ms')
  const most = configs.number('group.max.session.timeout.ms')
  if (timeoutMs >= least && timeoutMs <= most) return
  throw new RafkaError(
    'INVALID_SESSION_TIMEOUT',
    `a session timeout of ${timeoutMs} ms is not between ${least} and ${most}`,
  )
}
