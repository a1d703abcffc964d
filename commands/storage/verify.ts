import { type StorageProblem, type StorageReport, verifyStorage } from '../../src/index.ts'
import { refuseBrokers } from '../broker/refuse-brokers.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { countOf, formatSize } from '../output/quantities.ts'

interface VerifyFlags {
  readonly repair?: boolean
}

/** `rafka storage verify`: ends with 1 when something is damaged and was not repaired. */
export const verifyStore: CommandSpec<VerifyFlags> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka storage verify', 'read everything; change nothing'],
    ['rafka storage verify --repair', 'take damaged batches out, and keep them aside'],
  ],
  declare: (command) => command.option('--repair', 'take out what is damaged, so that the rest can be read'),
  async run(context, { flags }) {
    refuseBrokers(context)
    const { dataDir } = await context.config()
    const work = verifyStorage(dataDir, { repair: flags.repair === true })
    const report = await context.terminal.busy(`reading ${dataDir}`, work)
    const good = report.problems.length === 0 || report.repaired
    if (context.wantsJson) context.terminal.json(inJson(report, good))
    else await tell(context, report)
    return good ? exitCodes.done : exitCodes.failed
  },
})

async function tell({ terminal }: CommandContext, report: StorageReport): Promise<void> {
  const { storage, dataDir, logs, batches, records, sizeBytes, problems, repaired } = report
  if (storage === null) return terminal.print(`${dataDir} holds no store`)
  const read = [countOf(logs, 'partition'), countOf(batches, 'batch'), countOf(records, 'record')]
  terminal.print(`${dataDir}  ${storage}  ${read.join(', ')}, ${formatSize(sizeBytes)}`)
  for (const problem of problems) terminal.print(`damaged: ${describe(problem)}`)
  if (problems.length === 0) return terminal.print('nothing is damaged')
  if (repaired) return terminal.print(`repaired: ${countOf(problems.length, 'problem')}; all else can be read`)
  const hint = 'rafka storage verify --repair takes it out, keeps it aside, and makes the rest readable'
  await terminal.error(`${countOf(problems.length, 'problem')} found`, hint)
}

function describe({ topic, partition, firstOffset, lastOffset, message, keptIn }: StorageProblem): string {
  const place = topic === null ? '' : `${topic}/${partition ?? '-'} `
  const offsets = firstOffset === null ? '' : `@${firstOffset}-${lastOffset ?? firstOffset} `
  return `${place}${offsets}${message}${keptIn === null ? '' : `; kept in ${keptIn}`}`
}

function inJson(report: StorageReport, ok: boolean): object {
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
