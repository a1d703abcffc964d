import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Rafka, RafkaError, type TopicDescription } from '../../src/index.ts'
import { type CommandSpec, defineCommand, type Invocation } from '../command.ts'
import { parseOffsets } from '../consume/parse-offsets.ts'
import { resolvePlaces } from '../consume/resolve-places.ts'
import { consumerLimits } from '../consumer-limits.ts'
import type { CommandContext, OtherPlace } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { type EndSignal, onInterrupt } from '../interrupts.ts'
import { partitionList } from '../option-values.ts'
import { countOf, formatElapsed, formatSize } from '../output/quantities.ts'
import type { Report } from '../output/report.ts'
import { type DocumentOf, flag, list, object, text, whole } from '../output/shape.ts'
import { showCounts } from '../output/show-counts.ts'
import { producerOptions } from '../produce/produce-options.ts'
import { missingArgument } from '../prompts.ts'
import { openSession } from '../session.ts'
import { type Copied, copyRecords } from './copy-records.ts'

interface CopyFlags {
  readonly to?: string
  readonly offset?: string
  readonly partition?: readonly number[]
}

const shape = object({
  ok: flag,
  source: text,
  destination: text,
  to: text,
  created: flag,
  copied: whole,
  bytes: whole,
  partitions: list(object({ partition: whole, records: whole })),
  elapsed_ms: whole,
})

type CopyResult = DocumentOf<typeof shape>

/** `rafka topics copy`: what is there now, with keys, headers and timestamps. */
export const copyTopic: CommandSpec<CopyFlags, CopyResult> = defineCommand({
  usage: 'SOURCE DESTINATION [options]',
  examples: [
    ['rafka topics copy orders orders-2', 'beside it'],
    ['rafka topics copy orders orders --to k1:9092', 'from the data directory to a cluster'],
    ['rafka topics copy orders orders -b k1:9092 --to ./here', 'the other way round'],
    ['rafka topics copy orders orders --profile prod --to test', 'between the clusters of two profiles'],
    ['rafka topics copy orders late -o @-1h:', 'the last hour'],
  ],
  declare: (command) =>
    command
      .argument('[source]')
      .argument('[destination]')
      .option('--to <place>', 'another cluster (host:port,…), profile or data directory (a path) to copy to')
      .option('-o, --offset <spec>', 'from where, as of consume (default: all that is there now)')
      .option('-p, --partition <n,...>', 'these partitions alone', partitionList),
  shape,
  run,
})

async function run(context: CommandContext, { args, flags }: Invocation<CopyFlags>): Promise<Report<CopyResult>> {
  const [source, destination] = args
  if (source === undefined || destination === undefined) {
    throw missingArgument('a topic to copy and one to copy it to are needed', 'rafka topics copy SOURCE DESTINATION')
  }
  if (source === destination && flags.to === undefined) {
    throw new RafkaError('INVALID_ARGUMENT', `topic "${source}" cannot be copied to itself`, {
      details: { hint: 'give another name, or another place with --to' },
    })
  }
  const startedAt = performance.now()
  const { rafka } = await context.session()
  const [described] = await rafka.admin().describeTopics([source])
  await using target = await openTarget(context, flags.to, rafka)
  const created = await createLike(rafka, target.rafka, described!, destination)
  const { copied, signal } = await copy(context, rafka, target.rafka, described!, destination, flags)
  const elapsedMs = Math.round(performance.now() - startedAt)
  const document = {
    ok: signal === undefined,
    source,
    destination,
    to: target.name,
    created,
    copied: copied.records,
    bytes: copied.bytes,
    partitions: [...copied.partitions]
      .sort(([a], [b]) => a - b)
      .map(([partition, records]) => ({ partition, records })),
    elapsed_ms: elapsedMs,
  }
  const counts = `${countOf(copied.records, 'record')}, ${formatSize(copied.bytes)} (${formatElapsed(elapsedMs)})`
  return {
    document,
    table: {
      columns: [
        { title: 'PARTITION', kind: 'number' },
        { title: 'RECORDS', kind: 'count' },
      ],
      rows: document.partitions.map(({ partition, records }) => [partition, records]),
    },
    view: [`copied ${source} to ${destination}${flags.to === undefined ? '' : ` in ${target.name}`}  ${counts}`],
    exitCode:
      signal === undefined ? exitCodes.done : signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated,
  }
}

interface Target extends AsyncDisposable {
  readonly rafka: Rafka
  readonly name: string
}

/** Where to copy to; the place of the source unless another one is named. */
async function openTarget(context: CommandContext, to: string | undefined, rafka: Rafka): Promise<Target> {
  if (to === undefined) return { rafka, name: 'the same place', [Symbol.asyncDispose]: async () => {} }
  const place = await placeOf(context, to)
  const session = await openSession(await context.configOf(place), context)
  return { rafka: session.rafka, name: place.dataDir ?? to, [Symbol.asyncDispose]: () => session.rafka.close() }
}

async function placeOf(context: CommandContext, to: string): Promise<OtherPlace> {
  if (await isProfile(context, to)) return { profile: to }
  return isPath(context, to) ? { dataDir: resolve(context.io.cwd, to) } : { brokers: to }
}

/** Where no file is to be read there are no profiles either. */
async function isProfile(context: CommandContext, to: string): Promise<boolean> {
  const named = context.flags.config ?? context.io.env.RAFKA_CONFIG
  if (named === 'none') return false
  const { profilesFile } = await import('../profile/profiles-file.ts')
  return profilesFile(context).contents().profiles.has(to)
}

/** A path has a slash, begins with a dot, or is there. */
function isPath({ io }: CommandContext, to: string): boolean {
  if (/[/\\]/.test(to) || to.startsWith('.')) return true
  return statSync(resolve(io.cwd, to), { throwIfNoEntry: false })?.isDirectory() === true
}

/** Creates the destination with the partitions and own configs of the source. @returns whether it was missing */
async function createLike(from: Rafka, to: Rafka, source: TopicDescription, name: string): Promise<boolean> {
  if ((await to.admin().listTopics()).some((topic) => topic.name === name)) return false
  const entries = await from.admin().describeConfigs({ type: 'topic', name: source.name })
  const own = entries.filter((entry) => entry.source === 'topic' && entry.value !== null)
  const configs = Object.fromEntries(own.map((entry) => [entry.name, entry.value!]))
  const [created] = await to.admin().createTopics([{ name, partitions: source.partitions.length, configs }])
  if (created?.error) throw new RafkaError(created.error.code, created.error.message, { details: { topic: name } })
  return true
}

async function copy(
  context: CommandContext,
  from: Rafka,
  to: Rafka,
  source: TopicDescription,
  destination: string,
  flags: CopyFlags,
): Promise<{ readonly copied: Copied; readonly signal: EndSignal | undefined }> {
  const config = await context.config()
  const [described] = await to.admin().describeTopics([destination])
  const range = parseOffsets(flags.offset ?? 'start', Date.now())
  const selection = { topics: [source.name], partitions: flags.partition }
  const places = await resolvePlaces(selection, { ...range, to: range.to ?? 'end' }, () => from.admin())
  await using consumer = from.consumer({
    ...places,
    ...consumerLimits(config),
    isolation: 'read_committed',
    lendsChunks: true,
  })
  await using producer = to.producer(producerOptions(config))
  let signal: EndSignal | undefined
  using _ = onInterrupt(context.io.signals, (received) => {
    signal = received
    void consumer.close()
  })
  const copied: Copied = { records: 0, bytes: 0, partitions: new Map() }
  using _counts = showCounts(context.terminal, () => copied)
  // The same place for each record, where there are as many places; else its key decides, as for anybody who produces.
  const keepsPartitions = described!.partitions.length === source.partitions.length
  await copyRecords(consumer, producer.writer(destination), keepsPartitions, copied)
  return { copied, signal }
}
