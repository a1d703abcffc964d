import { api } from '../api.ts'
import { array, boolean, bytes, int16, int32, string } from '../field.ts'

const notAsked = -2147483648

/** States and members of classic groups. A group that is not there has the state `Dead`, and from version 6 on the error GROUP_ID_NOT_FOUND (KIP-1043). */
export const describeGroups = api({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 6],
  flexibleSince: 5,
  request: {
    groups: array(string),
    includeAuthorizedOperations: boolean.since(3),
  },
  response: {
    throttleTimeMs: int32.since(1),
    groups: array({
      errorCode: int16,
      errorMessage: string.since(6).nullable(6).default(null),
      groupId: string,
      groupState: string,
      protocolType: string,
      protocolData: string,
      members: array({
        memberId: string,
        groupInstanceId: string.since(4).nullable(4).default(null),
        clientId: string,
        clientHost: string,
        memberMetadata: bytes,
        memberAssignment: bytes,
      }),
      authorizedOperations: int32.since(3).default(notAsked),
    }),
  },
})
