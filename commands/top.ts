import type { Admin } from '../src/index.ts'
import { type CommandSpec, defineCommand } from './command.ts'
import { watchInterval, wholeNumber } from './option-values.ts'
import { countOf } from './output/quantities.ts'
import { type Report, tableOf } from './output/report.ts'
import { type DocumentOf, decimal, list, nullable, object, text, whole } from './output/shape.ts'
import { bytesIn, recordsIn, topicExtents } from './topics/topic-extents.ts'
import { pause } from './watch.ts'

interface TopFlags {
  readonly interval?: number
  readonly internal?: boolean
  readonly num?: number
}

const topicShape = object({
  name: text,
  partitions: whole,
  records: nullable(whole),
  size_bytes: nullable(whole),
  records_per_second: nullable(decimal),
  bytes_per_second: nullable(decimal),
})

const shape = object({ time: text, brokers: whole, topics: list(topicShape) })

type Sample = DocumentOf<typeof shape>

const DEFAULT_INTERVAL_MS = 2000

/** `rafka top`: what comes into each topic, the busiest first. */
export const top: CommandSpec<TopFlags, Sample> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka top', 'q or Ctrl-C ends it'],
    ['rafka top -s 10', 'rates over ten seconds'],
    ['rafka top --json | jq .topics[0]', 'a line of JSON each time'],
  ],
  declare: (command) =>
    command
      .option('-s, --interval <duration>', 'time between two looks (default 2s)', watchInterval)
      .option('-n, --num <n>', 'end after so many looks', wholeNumber(1))
      .option('-i, --internal', 'internal topics too'),
  shape,
  async run(context, { flags }) {
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const intervalMs = flags.interval ?? DEFAULT_INTERVAL_MS
    return {
      async *reports(stop) {
        let before: Look | undefined
        for (let looks = 0; !stop.aborted && looks < (flags.num ?? Number.POSITIVE_INFINITY); looks += 1) {
          if (looks > 0) await pause(intervalMs, stop)
          if (stop.aborted) return
          const now = await look(admin, flags.internal === true)
          yield reportOf(now, before)
          before = now
        }
      },
    }
  },
})

interface TopicLook {
  readonly partitions: number
  readonly records: number | null
  /** Sum of end offsets: what came in ever. */
  readonly ends: number
  readonly sizeBytes: number | null
}

interface Look {
  readonly atMs: number
  readonly brokers: number
  readonly topics: ReadonlyMap<string, TopicLook>
}

async function look(admin: Admin, internal: boolean): Promise<Look> {
  const [{ brokers }, all] = await Promise.all([admin.describeCluster(), admin.listTopics()])
  const listed = all.filter((topic) => internal || !topic.internal)
  const partitions = listed.flatMap(({ name, partitions: each }) =>
    each.map(({ partition }) => ({ topic: name, partition })),
  )
  const [extents, sizes] = await Promise.all([topicExtents(admin, partitions), admin.partitionSizes(partitions)])
  const topics = listed.map(({ name, partitions: each }) => {
    const own = extents.filter(({ topic }) => topic === name)
    const found: TopicLook = {
      partitions: each.length,
      records: recordsIn(own),
      ends: own.reduce((sum, { end }) => sum + (end ?? 0), 0),
      sizeBytes: bytesIn(sizes.filter(({ topic }) => topic === name)),
    }
    return [name, found] as const
  })
  return { atMs: performance.now(), brokers: brokers.length, topics: new Map(topics) }
}

function reportOf(now: Look, before: Look | undefined): Report<Sample> {
  const topics = [...now.topics].map(([name, topic]) => rowOf(name, topic, now, before)).sort(busiestFirst)
  const total = topics.reduce((sum, { records_per_second }) => sum + (records_per_second ?? 0), 0)
  const rates = before === undefined ? 'rates come with the next look' : `${Math.round(total)} records/s`
  const table = tableOf(topics, [
    { title: 'TOPIC', cell: ({ name }) => name },
    { title: 'PARTITIONS', kind: 'number', cell: ({ partitions }) => partitions },
    { title: 'RECORDS/S', kind: 'count', cell: (row) => rounded(row.records_per_second) },
    { title: 'BYTES/S', kind: 'size', cell: (row) => rounded(row.bytes_per_second) },
    { title: 'RECORDS', kind: 'count', cell: ({ records }) => records },
    { title: 'SIZE', kind: 'size', cell: ({ size_bytes }) => size_bytes },
  ])
  return {
    document: { time: new Date().toISOString(), brokers: now.brokers, topics },
    table,
    view: [`${countOf(now.brokers, 'broker')}, ${countOf(topics.length, 'topic')}  ${rates}`, '', table],
  }
}

function rowOf(name: string, topic: TopicLook, now: Look, before: Look | undefined): DocumentOf<typeof topicShape> {
  const earlier = before?.topics.get(name)
  const seconds = (now.atMs - (before?.atMs ?? 0)) / 1000
  // Deleted and made again, or trimmed: less than before is no rate.
  const rate = (value: number | null, from: number | null | undefined) =>
    value === null || from === null || from === undefined ? null : Math.max(0, (value - from) / seconds)
  return {
    name,
    partitions: topic.partitions,
    records: topic.records,
    size_bytes: topic.sizeBytes,
    records_per_second: rate(topic.ends, earlier?.ends),
    bytes_per_second: rate(topic.sizeBytes, earlier?.sizeBytes),
  }
}

function busiestFirst(a: DocumentOf<typeof topicShape>, b: DocumentOf<typeof topicShape>): number {
  return (b.records_per_second ?? 0) - (a.records_per_second ?? 0) || (a.name < b.name ? -1 : 1)
}

function rounded(rate: number | null): number | null {
  return rate === null ? null : Math.round(rate)
}
