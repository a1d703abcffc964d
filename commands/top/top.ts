import { type CommandSpec, defineCommand } from '../command.ts'
import { watchInterval, wholeNumber } from '../option-values.ts'
import { countOf, formatCount } from '../output/quantities.ts'
import { type Report, tableOf } from '../output/report.ts'
import { type DocumentOf, decimal, flag, list, nullable, object, text, whole } from '../output/shape.ts'
import { recordsCell } from '../topics/topic-extents.ts'
import { pause } from '../watch.ts'
import { readBetween } from './group-progress.ts'
import { type Look, look, type TopicLook } from './look.ts'

interface TopFlags {
  readonly interval?: number
  readonly internal?: boolean
  readonly num?: number
}

const topicShape = object({
  name: text,
  partitions: whole,
  records: nullable(whole),
  compacted: flag,
  size_bytes: nullable(whole),
  records_per_second: nullable(decimal),
  bytes_per_second: nullable(decimal),
  read_per_second: nullable(decimal),
  lag: nullable(whole),
})

const shape = object({ time: text, brokers: whole, topics: list(topicShape) })

type Sample = DocumentOf<typeof shape>

const DEFAULT_INTERVAL_MS = 2000

/** `rafka top`: what comes into each topic and what groups have read of it, the busiest first. */
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
  interval: '--interval',
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

function reportOf(now: Look, before: Look | undefined): Report<Sample> {
  const read = before?.groups && now.groups && readBetween(before.groups, now.groups)
  const topics = [...now.topics].map(([name, topic]) => rowOf(name, topic, now, before, read)).sort(busiestFirst)
  const table = tableOf(topics, [
    { title: 'TOPIC', cell: ({ name }) => name },
    { title: 'PARTITIONS', kind: 'number', wide: true, cell: ({ partitions }) => partitions },
    { title: 'IN/S', kind: 'count', cell: (row) => shownRate(row.records_per_second) },
    { title: 'BYTES/S', kind: 'size', cell: ({ bytes_per_second: rate }) => (rate === null ? null : Math.round(rate)) },
    { title: 'READ/S', kind: 'count', cell: (row) => shownRate(row.read_per_second) },
    { title: 'LAG', kind: 'count', cell: ({ lag }) => lag },
    { title: 'RECORDS', kind: 'count', cell: ({ records, compacted }) => recordsCell(records, compacted) },
    { title: 'SIZE', kind: 'size', cell: ({ size_bytes }) => size_bytes },
  ])
  return {
    document: { time: new Date().toISOString(), brokers: now.brokers, topics },
    table,
    view: [
      `${countOf(now.brokers, 'broker')}, ${countOf(topics.length, 'topic')}  ${ratesOf(topics, before)}`,
      '',
      table,
    ],
  }
}

function ratesOf(topics: readonly TopicRow[], before: Look | undefined): string {
  if (before === undefined) return 'rates come with the next look'
  const sum = (rates: ReadonlyArray<number | null>) => rates.reduce<number>((total, rate) => total + (rate ?? 0), 0)
  const into = sum(topics.map((row) => row.records_per_second))
  const read = sum(topics.map((row) => row.read_per_second))
  return `${formatCount(rounded(into))} records/s in, ${formatCount(rounded(read))}/s read by groups`
}

type TopicRow = DocumentOf<typeof topicShape>

function rowOf(
  name: string,
  topic: TopicLook,
  now: Look,
  before: Look | undefined,
  read: ReadonlyMap<string, number> | undefined,
): TopicRow {
  const earlier = before?.topics.get(name)
  const seconds = (now.atMs - (before?.atMs ?? 0)) / 1000
  // Deleted and made again, or trimmed: less than before is no rate.
  const rate = (value: number | null, from: number | null | undefined) =>
    value === null || from === null || from === undefined ? null : Math.max(0, (value - from) / seconds)
  return {
    name,
    partitions: topic.partitions,
    records: topic.records,
    compacted: topic.compacted,
    size_bytes: topic.sizeBytes,
    records_per_second: rate(topic.ends, earlier?.ends),
    bytes_per_second: rate(topic.sizeBytes, earlier?.sizeBytes),
    read_per_second: rate(read?.get(name) ?? null, 0),
    lag: topic.lag,
  }
}

function busiestFirst(a: TopicRow, b: TopicRow): number {
  const busy = (row: TopicRow) => (row.records_per_second ?? 0) + (row.read_per_second ?? 0)
  return busy(b) - busy(a) || (a.name < b.name ? -1 : 1)
}

function shownRate(rate: number | null): number | null {
  return rate === null ? null : rounded(rate)
}

/** A few in a while are not none. */
function rounded(rate: number): number {
  return rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate)
}
