import { type RowColumn, type Table, tableOf } from '../output/report.ts'
import type { DescribedGroup } from './describe.ts'
import { type GroupPartition, totalLag } from './group-partitions.ts'

/** What a line of the table is about. */
export type Grouping = 'partition' | 'topic' | 'member' | 'group'

/** Some partitions of one group that belong together. */
interface Share {
  readonly group: string
  readonly partitions: readonly GroupPartition[]
}

/** What groups read, under Kafka's names for the columns. `named`: with a column that says which group. */
export function groupTable(groups: readonly DescribedGroup[], by: Grouping, named: boolean): Table {
  if (by === 'group') return tableOf(groups, groupColumns)
  if (by === 'topic')
    return tableOf(
      sharesBy(groups, ({ topic }) => topic),
      withGroup(topicColumns, named),
    )
  if (by === 'member') return tableOf(memberShares(groups), withGroup(memberColumns, named))
  const rows = groups.flatMap(({ description, partitions }) =>
    partitions.map((each) => ({ group: description.group, ...each })),
  )
  // Where nobody reads, the columns that tell who would be empty.
  const isRead = rows.some(({ memberId }) => memberId !== null)
  const readers = readerColumns.map((column) => ({ ...column, wide: !isRead }))
  return tableOf(rows, withGroup([...partitionColumns, ...readers], named))
}

function withGroup<Row extends { readonly group: string }>(
  columns: ReadonlyArray<RowColumn<Row>>,
  named: boolean,
): ReadonlyArray<RowColumn<Row>> {
  return named ? [{ title: 'GROUP', cell: ({ group }) => group }, ...columns] : columns
}

type PartitionRow = GroupPartition & { readonly group: string }

const partitionColumns: ReadonlyArray<RowColumn<PartitionRow>> = [
  { title: 'TOPIC', cell: ({ topic }) => topic },
  { title: 'PARTITION', kind: 'number', cell: ({ partition }) => partition },
  { title: 'CURRENT-OFFSET', kind: 'number', cell: ({ currentOffset }) => currentOffset },
  { title: 'LOG-END-OFFSET', kind: 'number', cell: ({ logEndOffset }) => logEndOffset },
  { title: 'LAG', kind: 'count', vital: true, cell: ({ lag }) => lag },
]

const readerColumns: ReadonlyArray<RowColumn<PartitionRow>> = [
  { title: 'MEMBER-ID', cell: ({ memberId }) => memberId },
  { title: 'CLIENT-ID', optional: true, cell: ({ clientId }) => clientId },
  { title: 'HOST', optional: true, cell: ({ host }) => host },
]

const topicColumns: ReadonlyArray<RowColumn<Share>> = [
  { title: 'TOPIC', cell: ({ partitions }) => partitions[0]?.topic ?? null },
  { title: 'PARTITIONS', kind: 'number', cell: ({ partitions }) => partitions.length },
  { title: 'LAG', kind: 'count', vital: true, cell: ({ partitions }) => totalLag(partitions) },
]

const memberColumns: ReadonlyArray<
  RowColumn<Share & { readonly memberId: string; readonly clientId: string; readonly host: string }>
> = [
  { title: 'MEMBER-ID', cell: ({ memberId }) => memberId },
  { title: 'CLIENT-ID', optional: true, cell: ({ clientId }) => clientId },
  { title: 'HOST', optional: true, cell: ({ host }) => host },
  { title: 'PARTITIONS', kind: 'number', cell: ({ partitions }) => partitions.length },
  { title: 'LAG', kind: 'count', vital: true, cell: ({ partitions }) => totalLag(partitions) },
]

const groupColumns: ReadonlyArray<RowColumn<DescribedGroup>> = [
  { title: 'GROUP', cell: ({ description }) => description.group },
  { title: 'STATE', cell: ({ description }) => description.state },
  { title: 'MEMBERS', kind: 'number', cell: ({ description }) => description.members.length },
  { title: 'PARTITIONS', kind: 'number', cell: ({ partitions }) => partitions.length },
  { title: 'LAG', kind: 'count', vital: true, cell: ({ partitions }) => totalLag(partitions) },
]

function sharesBy(groups: readonly DescribedGroup[], keyOf: (partition: GroupPartition) => string): Share[] {
  return groups.flatMap(({ description, partitions }) =>
    [...new Set(partitions.map(keyOf))].map((key) => ({
      group: description.group,
      partitions: partitions.filter((each) => keyOf(each) === key),
    })),
  )
}

function memberShares(groups: readonly DescribedGroup[]) {
  return groups.flatMap(({ description, partitions }) =>
    description.members.map(({ memberId, clientId, host }) => ({
      group: description.group,
      memberId,
      clientId,
      host,
      partitions: partitions.filter((each) => each.memberId === memberId),
    })),
  )
}
