import type { Admin, TopicPartition } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-code.ts'
import { partitionList } from '../option-values.ts'
import { tableOf } from '../output/report.ts'
import { type DocumentOf, flag, list, nullable, object, text, whole } from '../output/shape.ts'
import { topicExtents } from '../topics/topic-extents.ts'
import { selectPartitions } from './select-partitions.ts'

interface InspectFlags {
  readonly partition?: readonly number[]
}

const partitionShape = object({
  topic: text,
  partition: whole,
  start_offset: nullable(whole),
  end_offset: nullable(whole),
  records: whole,
  batches: whole,
  size_bytes: whole,
  damaged_batches: whole,
})

const shape = object({ ok: flag, partitions: list(partitionShape) })

/** `rafka storage inspect`: ends with 1 when a batch is damaged. */
export const inspectStorage: CommandSpec<InspectFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[TOPIC...] [options]',
  examples: [
    ['rafka storage inspect', 'every partition: offsets, records, batches, size'],
    ['rafka storage inspect orders -p 0', 'of one partition'],
    ['rafka storage inspect --json', 'for a script'],
  ],
  declare: (command) =>
    command.argument('[topic...]').option('-p, --partition <n,...>', 'these partitions alone', partitionList),
  shape,
  watch: true,
  async run(context, { args, flags }) {
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const partitions = await selectPartitions(admin, args, flags.partition)
    const rows = await context.terminal.busy('reading', inspectAll(admin, partitions))
    const damaged = rows.some(({ damaged_batches }) => damaged_batches > 0)
    return {
      document: { ok: !damaged, partitions: rows },
      table: tableOf(rows, [
        { title: 'TOPIC', cell: ({ topic }) => topic },
        { title: 'PARTITION', kind: 'number', cell: ({ partition }) => partition },
        { title: 'START', kind: 'number', optional: true, cell: ({ start_offset }) => start_offset },
        { title: 'END', kind: 'number', optional: true, cell: ({ end_offset }) => end_offset },
        { title: 'RECORDS', kind: 'count', cell: ({ records }) => records },
        { title: 'BATCHES', kind: 'count', optional: true, cell: ({ batches }) => batches },
        { title: 'SIZE', kind: 'size', cell: ({ size_bytes }) => size_bytes },
        {
          title: 'DAMAGED',
          kind: 'count',
          vital: true,
          wide: !damaged,
          cell: ({ damaged_batches }) => damaged_batches,
        },
      ]),
      note: rows.length === 0 ? 'nothing is stored yet' : undefined,
      exitCode: damaged ? exitCodes.failed : exitCodes.done,
    }
  },
})

async function inspectAll(
  admin: Admin,
  partitions: readonly TopicPartition[],
): Promise<Array<DocumentOf<typeof partitionShape>>> {
  const inspected = []
  for (const { topic, partition, start, end } of await topicExtents(admin, partitions)) {
    let [records, batches, sizeBytes, damaged] = [0, 0, 0, 0]
    for await (const batch of admin.batches({ topic, partition })) {
      records += batch.control ? 0 : batch.records
      batches += 1
      sizeBytes += batch.sizeBytes
      damaged += batch.crcValid ? 0 : 1
    }
    inspected.push({
      topic,
      partition,
      start_offset: start,
      end_offset: end,
      records,
      batches,
      size_bytes: sizeBytes,
      damaged_batches: damaged,
    })
  }
  return inspected
}
