import { type CompactedPartition, isRafkaError, RafkaError } from '../../src/index.ts'
import { refuseBrokers } from '../broker/refuse-brokers.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { formatCount, formatSize } from '../output/quantities.ts'
import { nothingChanged, tableOf } from '../output/report.ts'
import { type DocumentOf, flag, list, object, text, whole } from '../output/shape.ts'
import { requireTopics } from '../topics/require-topics.ts'

const partitionShape = object({
  topic: text,
  partition: whole,
  records_before: whole,
  records_after: whole,
  bytes_before: whole,
  bytes_after: whole,
})

const shape = object({ ok: flag, partitions: list(partitionShape) })

type Compacted = DocumentOf<typeof partitionShape>

interface CompactFlags {
  readonly dryRun?: boolean
}

/** `rafka storage compact`. */
export const compactStorage: CommandSpec<CompactFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: 'TOPIC... [options]',
  examples: [
    ['rafka storage compact users', 'keep the last record of each key'],
    ['rafka storage compact users --dry-run', 'what would become of it'],
    ['rafka storage compact users --json', 'records and bytes before and after'],
  ],
  declare: (command) => command.argument('[topic...]').option('--dry-run', 'only tell what would become of it'),
  shape,
  async run(context, { args, flags }) {
    refuseBrokers(context)
    const topics = await requireTopics(context, args, 'rafka storage compact TOPIC...')
    const { embedded } = await context.session()
    if (embedded === undefined) {
      throw new RafkaError(
        'INVALID_ARGUMENT',
        'compaction is for a data directory; a broker on the network does its own',
        {
          details: { hint: 'leave out brokers, or RAFKA_BROKERS' },
        },
      )
    }
    const partitions = await context.terminal.busy(
      `compacting ${topics.join(', ')}`,
      embedded.compact(topics, { dryRun: flags.dryRun === true }).catch(tellHow),
    )
    const rows = partitions.map(inJson)
    return {
      document: { ok: true, partitions: rows },
      table: tableOf(rows, [
        { title: 'TOPIC', cell: ({ topic }) => topic },
        { title: 'PARTITION', kind: 'number', cell: ({ partition }) => partition },
        { title: 'RECORDS-BEFORE', kind: 'count', cell: ({ records_before }) => records_before },
        { title: 'RECORDS-AFTER', kind: 'count', cell: ({ records_after }) => records_after },
        { title: 'BYTES-BEFORE', kind: 'size', cell: ({ bytes_before }) => bytes_before },
        { title: 'BYTES-AFTER', kind: 'size', cell: ({ bytes_after }) => bytes_after },
      ]),
      view: rows.map(shown),
      note: flags.dryRun === true ? nothingChanged : undefined,
    }
  },
})

function tellHow(error: unknown): never {
  if (!isRafkaError(error, 'POLICY_VIOLATION')) throw error
  const hint = `rafka topics alter ${error.details.topic} --set cleanup.policy=compact makes it one`
  throw new RafkaError(error.code, error.message, { cause: error, details: { ...error.details, hint } })
}

function shown(compacted: Compacted): string {
  const { topic, partition, records_before, records_after, bytes_before, bytes_after } = compacted
  if (records_before === 0) return `${topic}/${partition}  nothing to compact  ${formatSize(bytes_before)}`
  const records = `${formatCount(records_before)} → ${formatCount(records_after)} records`
  return `${topic}/${partition}  ${records}  ${formatSize(bytes_before)} → ${formatSize(bytes_after)}`
}

function inJson(result: CompactedPartition): Compacted {
  return {
    topic: result.topic,
    partition: result.partition,
    records_before: result.recordsBefore,
    records_after: result.recordsAfter,
    bytes_before: result.bytesBefore,
    bytes_after: result.bytesAfter,
  }
}
