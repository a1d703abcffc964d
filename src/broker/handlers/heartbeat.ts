import { heartbeat } from '../../protocol/apis/heartbeat.ts'
import { heartbeatOf } from '../groups/classic/heartbeat.ts'
import { groupOfMember } from '../groups/find-group.ts'
import { handler, wireErrorOf } from '../handler.ts'

/** Hears that a member of a classic group lives, and tells it whether the group rebalances. */
export const heartbeatHandler = handler({
  api: heartbeat,
  minVersion: 0,
  maxVersion: 4,
  async handle(state, request) {
    try {
      heartbeatOf(state.groups.classic, groupOfMember(state.groups, request.groupId), request)
      return heartbeat.response.create({})
    } catch (error) {
      return heartbeat.response.create({ errorCode: wireErrorOf(error, state).errorCode })
    }
  },
  refuse: (_request, { errorCode }) => heartbeat.response.create({ errorCode }),
})
