import { type StorageProblem, type StorageReport, verifyStorage } from '../../src/index.ts'
import { refuseBrokers } from '../broker/refuse-brokers.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-code.ts'
import { countOf, formatSize } from '../output/quantities.ts'
import { type Line, type Table, tableOf } from '../output/report.ts'
import { type DocumentOf, flag, list, nullable, object, text, whole, word } from '../output/shape.ts'

interface VerifyFlags {
  readonly repair?: boolean
}

const shape = object({
  ok: flag,
  data_dir: text,
  storage: nullable(word('sqlite', 'memory')),
  partitions: whole,
  batches: whole,
  records: whole,
  size_bytes: whole,
  repaired: flag,
  problems: list(
    object({
      topic: nullable(text),
      partition: nullable(whole),
      first_offset: nullable(whole),
      last_offset: nullable(whole),
      message: text,
      kept_in: nullable(text),
    }),
  ),
})

type Verified = DocumentOf<typeof shape>

/** `rafka storage verify`: ends with 1 when something is damaged and was not repaired. */
export const verifyStore: CommandSpec<VerifyFlags, Verified> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka storage verify', 'read everything; change nothing'],
    ['rafka storage verify --repair', 'take damaged batches out, and keep them aside'],
  ],
  declare: (command) => command.option('--repair', 'take out what is damaged, so that the rest can be read'),
  shape,
  async run(context, { flags }) {
    refuseBrokers(context)
    const { dataDir } = await context.config()
    const work = verifyStorage(dataDir, { repair: flags.repair === true })
    const report = await context.terminal.busy(`reading ${dataDir}`, work)
    const good = report.problems.length === 0 || report.repaired
    const document = inJson(report, good)
    return {
      document,
      table: problemTable(document.problems),
      view: viewOf(report),
      problems: good ? [] : [{ message: `${countOf(report.problems.length, 'problem')} found`, hint: repairHint }],
      exitCode: good ? exitCodes.done : exitCodes.failed,
    }
  },
})

const repairHint = 'rafka storage verify --repair takes it out, keeps it aside, and makes the rest readable'

function problemTable(problems: Verified['problems']): Table {
  return tableOf(problems, [
    { title: 'TOPIC', cell: ({ topic }) => topic },
    { title: 'PARTITION', kind: 'number', cell: ({ partition }) => partition },
    { title: 'FIRST', kind: 'number', cell: ({ first_offset }) => first_offset },
    { title: 'LAST', kind: 'number', cell: ({ last_offset }) => last_offset },
    { title: 'PROBLEM', cell: ({ message }) => message },
    { title: 'KEPT-IN', cell: ({ kept_in }) => kept_in },
  ])
}

function viewOf({ storage, dataDir, logs, batches, records, sizeBytes, problems, repaired }: StorageReport): Line[] {
  if (storage === null) return [`${dataDir} holds no store`]
  const read = [countOf(logs, 'partition'), countOf(batches, 'batch'), countOf(records, 'record')]
  const head = { heading: dataDir, facts: `${storage}  ${read.join(', ')}, ${formatSize(sizeBytes)}` }
  if (problems.length === 0) return [head, { text: 'nothing is damaged', paint: 'green' }]
  const damaged = problems.map((problem) => ({ text: `damaged: ${describe(problem)}`, paint: 'red' as const }))
  if (!repaired) return [head, ...damaged]
  return [head, ...damaged, `repaired: ${countOf(problems.length, 'problem')}; all else can be read`]
}

function describe({ topic, partition, firstOffset, lastOffset, message, keptIn }: StorageProblem): string {
  const place = topic === null ? '' : `${topic}/${partition ?? '-'} `
  const offsets = firstOffset === null ? '' : `@${firstOffset}-${lastOffset ?? firstOffset} `
  return `${place}${offsets}${message}${keptIn === null ? '' : `; kept in ${keptIn}`}`
}

function inJson(report: StorageReport, ok: boolean): Verified {
  return {
    ok,
    data_dir: report.dataDir,
    storage: report.storage,
    partitions: report.logs,
    batches: report.batches,
    records: report.records,
    size_bytes: report.sizeBytes,
    repaired: report.repaired,
    problems: report.problems.map(({ topic, partition, firstOffset, lastOffset, message, keptIn }) => ({
      topic,
      partition,
      first_offset: firstOffset,
      last_offset: lastOffset,
      message,
      kept_in: keptIn,
    })),
  }
}
