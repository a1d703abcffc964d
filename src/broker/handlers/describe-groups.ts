import type { ResponseOf } from '../../protocol/api.ts'
import { describeGroups } from '../../protocol/apis/describe-groups.ts'
import { authorizedOperations } from '../authorized-operations.ts'
import type { ClassicGroup } from '../groups/classic/classic-group.ts'
import { handler, noError, type WireError, wireError } from '../handler.ts'

type Answer = ResponseOf<typeof describeGroups>['groups'][number]

/** From this version on a group that is not there is an error (KIP-1043); before, it has the state `Dead`. */
const FIRST_VERSION_WITH_NOT_FOUND = 6

/** Describes classic groups: their states, and members with what they were assigned. */
export const describeGroupsHandler = handler({
  api: describeGroups,
  minVersion: 0,
  maxVersion: 6,
  async handle(state, request, { version }) {
    const groups = request.groups.map((id) => {
      if (id === '') return nothing(id, '', wireError('INVALID_GROUP_ID'))
      const group = state.groups.get(id)
      if (group?.type !== 'classic') return missing(id, version)
      return describe(group, request.includeAuthorizedOperations)
    })
    return describeGroups.response.create({ groups })
  },
  refuse: (request, error) =>
    describeGroups.response.create({ groups: request.groups.map((id) => nothing(id, '', error)) }),
})

function describe(group: ClassicGroup, includeOperations: boolean): Answer {
  const isStable = group.state === 'Stable'
  const noBytes = Buffer.alloc(0)
  return {
    ...noError,
    groupId: group.id,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      clientId: member.terms.clientId,
      clientHost: member.terms.clientHost,
      // In a rebalance they are about to change.
      memberMetadata: isStable ? member.metadataFor(group.protocolName) : noBytes,
      memberAssignment: isStable ? member.assignment : noBytes,
    })),
    authorizedOperations: includeOperations ? authorizedOperations.group : authorizedOperations.notAsked,
  }
}

function missing(id: string, version: number): Answer {
  const error = wireError('GROUP_ID_NOT_FOUND', `group "${id}" is not a classic group that exists`)
  return nothing(id, 'Dead', version >= FIRST_VERSION_WITH_NOT_FOUND ? error : noError)
}

function nothing(groupId: string, groupState: string, error: WireError): Answer {
  return {
    ...error,
    groupId,
    groupState,
    protocolType: '',
    protocolData: '',
    members: [],
    authorizedOperations: authorizedOperations.notAsked,
  }
}
