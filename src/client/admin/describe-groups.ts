import type { TopicPartition } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import type { GroupDescription } from '../../core/group-admin.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { consumerGroupDescribe } from '../../protocol/apis/consumer-group-describe.ts'
import { describeGroups } from '../../protocol/apis/describe-groups.ts'
import { decodeAssignment } from '../../protocol/consumer-protocol.ts'
import { errorName } from '../../protocol/error-codes.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { findCoordinators } from '../cluster/find-coordinator.ts'
import { fromTopics } from '../groups/topic-partitions.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'
import { itemError, leftOut } from './item-result.ts'

/** After these the groups' coordinators have to be looked up again. */
const unsettled: ReadonlySet<string> = new Set([
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR',
])
/** A classic group is not there for who asks in the words of the new protocol, and brokers before 4.0 may not know those. */
const notOfNewProtocol: ReadonlySet<string> = new Set(['GROUP_ID_NOT_FOUND', 'UNSUPPORTED_VERSION'])

/** See `GroupAdmin.describeGroups`. One request per coordinator and kind of group. */
export async function describeGroupsOn(cluster: Cluster, groups: readonly string[]): Promise<GroupDescription[]> {
  const described = new Map<string, GroupDescription>()
  const bounds = { awaited: 'the descriptions of groups', timeoutMs: defaultRequestTimeoutMs }
  await cluster.retry(bounds, async (timeoutMs) => {
    const missing = [...new Set(groups)].filter((group) => !described.has(group))
    if (missing.length === 0) return
    const nodes = await findCoordinators(cluster, 'group', missing, { timeoutMs })
    await Promise.all(
      [...groupBy(missing, (group) => nodes.get(group) ?? -1)].map(async ([node, theirs]) => {
        for (const each of await describeOn(cluster, node, theirs, timeoutMs)) described.set(each.group, each)
      }),
    )
  })
  return groups.map((group) => described.get(group) ?? { ...nobody(group, -1), error: leftOut(group) })
}

async function describeOn(
  cluster: Cluster,
  node: number,
  groups: readonly string[],
  timeoutMs: number,
): Promise<GroupDescription[]> {
  const found = await describeNew(cluster, node, groups, timeoutMs)
  const others = groups.filter((group) => !found.some((each) => each.group === group))
  return others.length === 0 ? found : [...found, ...(await describeClassic(cluster, node, others, timeoutMs))]
}

/** Those of the new protocol. */
async function describeNew(
  cluster: Cluster,
  node: number,
  groups: readonly string[],
  timeoutMs: number,
): Promise<GroupDescription[]> {
  const transport = await cluster.main.connect(node, timeoutMs)
  if (transport.versionOf(consumerGroupDescribe) === undefined) return []
  const body = consumerGroupDescribe.request.create({ groupIds: groups })
  const response = await transport.request(consumerGroupDescribe, body, { timeoutMs })
  return response.groups
    .filter((each) => !notOfNewProtocol.has(settled(each)))
    .map((each) => ({
      group: each.groupId,
      state: each.groupState,
      type: 'consumer',
      protocolType: 'consumer',
      assignor: each.assignorName,
      coordinator: node,
      error: itemError(each.groupId, each.errorCode, each.errorMessage),
      members: each.members.map((member) => ({
        memberId: member.memberId,
        instanceId: member.instanceId,
        clientId: member.clientId,
        host: member.clientHost,
        partitions: member.assignment.topicPartitions.flatMap(({ topicName, partitions }) =>
          partitions.map((partition) => ({ topic: topicName, partition })),
        ),
      })),
    }))
}

async function describeClassic(
  cluster: Cluster,
  node: number,
  groups: readonly string[],
  timeoutMs: number,
): Promise<GroupDescription[]> {
  const body = describeGroups.request.create({ groups })
  const response = await cluster.main.request(node, describeGroups, body, { timeoutMs })
  return response.groups.map((each) => {
    settled(each)
    if (each.groupState === 'Dead') return nobody(each.groupId, node)
    return {
      group: each.groupId,
      state: each.groupState,
      type: 'classic',
      protocolType: each.protocolType,
      assignor: each.protocolData,
      coordinator: node,
      error: itemError(each.groupId, each.errorCode, each.errorMessage),
      members: each.members.map((member) => ({
        memberId: member.memberId,
        instanceId: member.groupInstanceId,
        clientId: member.clientId,
        host: member.clientHost,
        partitions: assignmentOf(each.protocolType, member.memberAssignment),
      })),
    }
  })
}

/** Assignments are for the members of a group: of other protocols than `consumer` they are not known. */
function assignmentOf(protocolType: string, assignment: ResponseBytes): TopicPartition[] {
  if (protocolType !== 'consumer') return []
  try {
    return fromTopics(decodeAssignment(assignment).assignedPartitions)
  } catch {
    return []
  }
}

type ResponseBytes = ResponseOf<typeof describeGroups>['groups'][number]['members'][number]['memberAssignment']

function settled({ errorCode, groupId }: { readonly errorCode: number; readonly groupId: string }): string {
  const error = errorName(errorCode)
  if (error === 'NONE' || !unsettled.has(error)) return error
  throw new RafkaError(error, `the broker answered ${error} for group "${groupId}"`, { details: { group: groupId } })
}

function nobody(group: string, coordinator: number): GroupDescription {
  const error = { code: 'GROUP_ID_NOT_FOUND', message: `group "${group}" does not exist` } as const
  return { group, state: 'Dead', type: 'classic', protocolType: '', assignor: '', coordinator, members: [], error }
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const same = groups.get(key)
    if (same === undefined) groups.set(key, [item])
    else same.push(item)
  }
  return groups
}
