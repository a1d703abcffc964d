import type { Admin, ConfigEntry, TopicDescription } from '../core/admin.ts'
import type { SystemTable } from './messages.ts'
import type { SqlValue } from './sql-value.ts'
import { type Extent, topicExtents } from './topic-extents.ts'

/** Topics whose configs are asked for at the same time. */
const ASKED_AT_ONCE = 16

/** What a table of the cluster is made of. */
type FillTable = (admin: Admin, topics: readonly TopicDescription[]) => Promise<SqlValue[][]>

/** Tables that tell of the cluster, by name; their columns are in `worker/database.ts`. */
export const systemTables: ReadonlyMap<string, FillTable> = new Map<string, FillTable>([
  ['topics', topicRows],
  ['partitions', partitionRows],
  ['configs', configRows],
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
  const rows: SqlValue[][] = []
  for (let at = 0; at < resources.length; at += ASKED_AT_ONCE) {
    const asked = resources.slice(at, at + ASKED_AT_ONCE)
    const answers = await Promise.all(asked.map((resource) => admin.describeConfigs(resource)))
    asked.forEach(({ type, name }, index) => {
      rows.push(...answers[index]!.map((config) => [type, name, ...configCells(config)]))
    })
  }
  return rows
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
