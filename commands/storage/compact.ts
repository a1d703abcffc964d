import { type CompactedPartition, RafkaError } from '../../src/index.ts'
import { refuseBrokers } from '../broker/refuse-brokers.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { formatCount, formatSize } from '../output/quantities.ts'
import { requireTopics } from '../topics/require-topics.ts'

/** `rafka storage compact`. */
export const compactStorage: CommandSpec<Record<never, never>> = defineCommand({
  usage: 'TOPIC... [options]',
  examples: [
    ['rafka storage compact users', 'keep the last record of each key'],
    ['rafka storage compact users --json', 'records and bytes before and after'],
  ],
  declare: (command) => command.argument('[topic...]'),
  async run(context, { args }) {
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
    const partitions = await context.terminal.busy(`compacting ${topics.join(', ')}`, embedded.compact(topics))
    if (context.wantsJson) return context.terminal.json({ ok: true, partitions: partitions.map(inJson) })
    for (const partition of partitions) context.terminal.print(shown(partition))
  },
})

function shown(result: CompactedPartition): string {
  const { topic, partition, recordsBefore, recordsAfter, bytesBefore, bytesAfter } = result
  const records = `${formatCount(recordsBefore)} → ${formatCount(recordsAfter)} records`
  return `${topic}/${partition}  ${records}  ${formatSize(bytesBefore)} → ${formatSize(bytesAfter)}`
}

function inJson(result: CompactedPartition): object {
  return {
    topic: result.topic,
    partition: result.partition,
    records_before: result.recordsBefore,
    records_after: result.recordsAfter,
    bytes_before: result.bytesBefore,
    bytes_after: result.bytesAfter,
  }
}
