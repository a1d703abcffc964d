import type { ItemResult } from '../../core/admin.ts'
import { RafkaError } from '../../core/errors.ts'
import type { GroupListing } from '../../core/group-admin.ts'
import { deleteGroups } from '../../protocol/apis/delete-groups.ts'
import { listGroups } from '../../protocol/apis/list-groups.ts'
import { errorName } from '../../protocol/error-codes.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { Coordinator } from '../cluster/coordinator.ts'
import { itemError, leftOut } from './item-result.ts'
import { askMetadata } from './topics.ts'

/** What ListGroups and ListTransactions are to let through. */
export interface GroupFilter {
  readonly states?: readonly string[]
  readonly types?: readonly string[]
}

/** See `GroupAdmin.listGroups`. Each node knows the groups that it coordinates. */
export async function listGroupsOn(
  cluster: Cluster,
  { states = [], types = [] }: GroupFilter,
): Promise<GroupListing[]> {
  const { nodes } = await askMetadata(cluster, [])
  const body = listGroups.request.create({ statesFilter: states, typesFilter: types })
  const lists = await Promise.all(
    [...nodes.keys()].map(async (node) => {
      const response = await cluster.call(node, listGroups, body)
      const error = errorName(response.errorCode)
      if (error !== 'NONE') throw new RafkaError(error, `node ${node} refused to list its groups: ${error}`)
      return response.groups
    }),
  )
  const wanted = (value: string, filter: readonly string[]) =>
    filter.length === 0 || filter.some((each) => each.toLowerCase() === value.toLowerCase())
  const groups = lists.flat().map(({ groupId, groupState, groupType, protocolType }) => ({
    group: groupId,
    state: groupState,
    type: groupType === '' ? 'classic' : groupType.toLowerCase(),
    protocolType,
  }))
  // A broker of an old version does not know the filters.
  const known = groups.filter(({ state, type }) => wanted(state, states) && wanted(type, types))
  return known.sort((a, b) => (a.group < b.group ? -1 : 1))
}

/** See `GroupAdmin.deleteGroups`. */
export function deleteGroupsOn(cluster: Cluster, groups: readonly string[]): Promise<ItemResult[]> {
  return Promise.all(groups.map((group) => deleteGroup(cluster, group)))
}

async function deleteGroup(cluster: Cluster, group: string): Promise<ItemResult> {
  const body = deleteGroups.request.create({ groupsNames: [group] })
  const response = await new Coordinator(cluster, 'group', group).call(deleteGroups, body, {
    errorOf: ({ results }) => results[0]?.errorCode ?? 0,
  })
  const answer = response.results.find(({ groupId }) => groupId === group)
  return {
    name: group,
    error:
      answer === undefined ? leftOut(group) : itemError(group, answer.errorCode, reasonOf(group, answer.errorCode)),
  }
}

function reasonOf(group: string, errorCode: number): string | null {
  const error = errorName(errorCode)
  if (error === 'GROUP_ID_NOT_FOUND') return `group "${group}" does not exist`
  return error === 'NON_EMPTY_GROUP' ? `group "${group}" has members` : null
}
