import type { Admin, ConfigEntry, TopicDescription } from '../core/admin.ts'
import type { SystemTable } from './messages.ts'
import type { SqlValue } from './sql-value.ts'
import { type Extent, topicExtents } from './topic-extents.ts'

/** Requests of one kind that are under way at the same time. */
const ASKED_AT_ONCE = 16

/** What a table of the cluster is made of. */
type FillTable = (admin: Admin, topics: readonly TopicDescription[]) => Promise<SqlValue[][]>

/** Tables that tell of the cluster, by name; their columns are in `worker/database.ts`. */
export const systemTables: ReadonlyMap<string, FillTable> = new Map<string, FillTable>([
  ['topics', topicRows],
  ['partitions', partitionRows],
  ['configs', configRows],
  ['groups', groupRows],
  ['committed_offsets', committedRows],
])

/** Those of the tables that a statement may mean. */
export async function fillTables(
  admin: Admin,
  names: readonly string[],
  topics: readonly TopicDescription[],
): Promise<SystemTable[]> {
  return await Promise.all(names.map(async (name) => ({ name, rows: await systemTables.get(name)!(admin, topics) })))
}

async function topicRows(admin: Admin, topics: readonly TopicDescription[]): Promise<SqlValue[][]> {
  const extents = await topicExtents(admin, topics)
  return topics.map(({ name, topicId, internal, partitions }) => {
    const records = (extents.get(name) ?? []).reduce((sum, { start, end }) => sum + end - start, 0)
    return [
      name,
      topicId,
      flag(internal),
      whole(partitions.length),
      whole(partitions[0]?.replicas.length),
      whole(records),
    ]
  })
}

async function partitionRows(admin: Admin, topics: readonly TopicDescription[]): Promise<SqlValue[][]> {
  const extents = await topicExtents(admin, topics)
  return topics.flatMap(({ name, partitions }) => {
    const byPartition = new Map<number, Extent>((extents.get(name) ?? []).map((each) => [each.partition, each]))
    return partitions
      .toSorted((a, b) => a.partition - b.partition)
      .map(({ partition, leader, leaderEpoch, replicas, isr }) => {
        const { start, end } = byPartition.get(partition)!
        const who = [whole(leader), whole(leaderEpoch), JSON.stringify(replicas), JSON.stringify(isr)]
        return [name, whole(partition), ...who, whole(start), whole(end), whole(end - start)]
      })
  })
}

async function configRows(admin: Admin, topics: readonly TopicDescription[]): Promise<SqlValue[][]> {
  const { brokers } = await admin.describeCluster()
  const resources = [
    ...topics.map(({ name }) => ({ type: 'topic', name }) as const),
    ...brokers.map(({ id }) => ({ type: 'broker', name: String(id) }) as const),
  ]
  const rows = await someAtOnce(resources, async (resource) => {
    const configs = await admin.describeConfigs(resource)
    return configs.map((config) => [resource.type, resource.name, ...configCells(config)])
  })
  return rows.flat()
}

async function groupRows(admin: Admin): Promise<SqlValue[][]> {
  const groups = await admin.listGroups()
  const described = await admin.describeGroups(groups.map(({ group }) => group))
  return groups.map(({ group, state, type, protocolType }, index) => {
    const { assignor, coordinator, members, error } = described[index]!
    const known = error === null ? [assignor, whole(coordinator), whole(members.length)] : [null, null, null]
    return [group, state, type, protocolType, ...known]
  })
}

/** How far groups have come, beside where each partition ends: null for one that is no longer there. */
async function committedRows(admin: Admin, topics: readonly TopicDescription[]): Promise<SqlValue[][]> {
  const groups = await admin.listGroups()
  const offsets = await someAtOnce(groups, ({ group }) => admin.listGroupOffsets(group))
  const named = new Set(offsets.flat().map(({ topic }) => topic))
  const extents = await topicExtents(
    admin,
    topics.filter(({ name }) => named.has(name)),
  )
  return groups.flatMap(({ group }, index) =>
    offsets[index]!.filter(({ offset }) => offset >= 0).map(({ topic, partition, offset, metadata }) => {
      const end = extents.get(topic)?.find((extent) => extent.partition === partition)?.end
      const lag = end === undefined ? undefined : Math.max(0, end - offset)
      return [group, topic, whole(partition), whole(offset), metadata, whole(end), whole(lag)]
    }),
  )
}

/** What `ask` gives for each, in their order. */
async function someAtOnce<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let at = 0; at < items.length; at += ASKED_AT_ONCE) {
    answers.push(...(await Promise.all(items.slice(at, at + ASKED_AT_ONCE).map(ask))))
  }
  return answers
}

function configCells({ name, value, source, isDefault, readOnly, sensitive }: ConfigEntry): SqlValue[] {
  return [name, value, source, flag(isDefault), flag(readOnly), flag(sensitive)]
}

function flag(value: boolean): SqlValue {
  return value ? 1n : 0n
}

/** SQLite takes a JavaScript number for a real one. */
function whole(value: number | undefined): SqlValue {
  return value === undefined ? null : BigInt(value)
}
