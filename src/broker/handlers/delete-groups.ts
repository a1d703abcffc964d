import { RafkaError } from '../../core/errors.ts'
import { deleteGroups } from '../../protocol/apis/delete-groups.ts'
import type { BrokerState } from '../broker-state.ts'
import { groupNamed } from '../groups/find-group.ts'
import type { Group } from '../groups/group-registry.ts'
import { handler, noError, wireErrorOf } from '../handler.ts'
import { withdrawOffsets } from '../transactions/withdraw-offsets.ts'

/** Deletes groups without members, with their offsets (KIP-229). */
export const deleteGroupsHandler = handler({
  api: deleteGroups,
  minVersion: 0,
  maxVersion: 2,
  async handle(state, request) {
    const results = await Promise.all(
      request.groupsNames.map(async (groupId) => {
        const { errorCode } = await remove(state, groupId)
        return { groupId, errorCode }
      }),
    )
    return deleteGroups.response.create({ results })
  },
  refuse: (request, { errorCode }) =>
    deleteGroups.response.create({ results: request.groupsNames.map((groupId) => ({ groupId, errorCode })) }),
})

async function remove(state: BrokerState, id: string) {
  try {
    const group = groupNamed(state.groups, id)
    if (group.state !== 'Empty') {
      throw new RafkaError('NON_EMPTY_GROUP', `group "${id}" has ${group.members.size} members`)
    }
    await deleteGroup(state, group)
    return noError
  } catch (error) {
    return wireErrorOf(error, state)
  }
}

async function deleteGroup(state: BrokerState, group: Group): Promise<void> {
  const withdrawal = withdrawOffsets(state, group.id)
  try {
    await state.groups.delete(group, withdrawal.changes)
    withdrawal.keep()
  } catch (error) {
    withdrawal.undo()
    throw error
  }
}
