import { syncGroup } from '../../protocol/apis/sync-group.ts'
import { syncMember } from '../groups/classic/sync.ts'
import { groupOfMember } from '../groups/find-group.ts'
import { handler, wireErrorOf } from '../handler.ts'

/** Brings the leader's assignments and takes away one's own; the answer waits until the leader's have come. */
export const syncGroupHandler = handler({
  api: syncGroup,
  minVersion: 0,
  maxVersion: 5,
  async handle(state, request) {
    try {
      return await syncMember(state.groups.classic, groupOfMember(state.groups, request.groupId), request)
    } catch (error) {
      return syncGroup.response.create({ errorCode: wireErrorOf(error, state).errorCode })
    }
  },
  refuse: (_request, { errorCode }) => syncGroup.response.create({ errorCode }),
})
