import { listGroups } from '../../protocol/apis/list-groups.ts'
import { handler } from '../handler.ts'

/** Lists groups, of the states and types that are asked for, in any case (KIP-518, KIP-848). */
export const listGroupsHandler = handler({
  api: listGroups,
  minVersion: 0,
  maxVersion: 5,
  async handle(state, request) {
    const isWanted = (filter: readonly string[], value: string) =>
      filter.length === 0 || filter.some((wanted) => wanted.toLowerCase() === value.toLowerCase())
    const groups = state.groups
      .all()
      .filter((group) => isWanted(request.statesFilter, group.state) && isWanted(request.typesFilter, group.type))
      .map(({ id, protocolType, state: groupState, type }) => ({
        groupId: id,
        protocolType: protocolType ?? '',
        groupState,
        groupType: type,
      }))
    return listGroups.response.create({ groups })
  },
  refuse: (_request, { errorCode }) => listGroups.response.create({ errorCode }),
})
