import type { Admin, BatchDescription, TopicPartition } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { partitionList } from '../option-values.ts'
import { formatCount, formatSize } from '../output/quantities.ts'
import type { Column } from '../output/table.ts'
import { type Extent, topicExtents } from '../topics/topic-extents.ts'

interface InspectFlags {
  readonly batches?: boolean
  readonly partition?: readonly number[]
}

/** A partition, as its batches show it. */
interface Inspected extends Extent {
  readonly records: number
  readonly batches: number
  readonly sizeBytes: number
  /** Batches whose CRC is wrong. */
  readonly damaged: number
}

/** `rafka storage inspect`: ends with 1 when a batch is damaged. */
export const inspectStorage: CommandSpec<InspectFlags> = defineCommand({
  usage: '[TOPIC...] [options]',
  examples: [
    ['rafka storage inspect', 'every partition: offsets, records, batches, size'],
    ['rafka storage inspect orders --batches', 'batch by batch'],
    ['rafka storage inspect orders -p 0 --batches --json', 'a JSON object per batch'],
  ],
  declare: (command) =>
    command
      .argument('[topic...]')
      .option('--batches', 'header of each batch')
      .option('-p, --partition <n,...>', 'these partitions alone', partitionList),
  async run(context, { args, flags }) {
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const partitions = await selectPartitions(admin, args, flags.partition)
    if (flags.batches === true) return await printBatches(context, admin, partitions)
    const walked = context.terminal.busy('reading', inspectAll(admin, partitions))
    return printPartitions(context, await walked)
  },
})

async function selectPartitions(
  admin: Admin,
  names: readonly string[],
  wanted: readonly number[] | undefined,
): Promise<TopicPartition[]> {
  const topics = names.length > 0 ? await admin.describeTopics([...new Set(names)]) : await admin.listTopics()
  return [...topics]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })))
    .filter(({ partition }) => wanted === undefined || wanted.includes(partition))
}

async function inspectAll(admin: Admin, partitions: readonly TopicPartition[]): Promise<Inspected[]> {
  const inspected: Inspected[] = []
  for (const extent of await topicExtents(admin, partitions)) {
    let [records, batches, sizeBytes, damaged] = [0, 0, 0, 0]
    for await (const batch of admin.batches(extent)) {
      records += batch.control ? 0 : batch.records
      batches += 1
      sizeBytes += batch.sizeBytes
      damaged += batch.crcValid ? 0 : 1
    }
    inspected.push({ ...extent, records, batches, sizeBytes, damaged })
  }
  return inspected
}

function printPartitions({ terminal, wantsJson }: CommandContext, partitions: readonly Inspected[]): number {
  const damaged = partitions.some((one) => one.damaged > 0)
  if (wantsJson) {
    const rows = partitions.map((one) => ({
      topic: one.topic,
      partition: one.partition,
      start_offset: one.start,
      end_offset: one.end,
      records: one.records,
      batches: one.batches,
      size_bytes: one.sizeBytes,
      damaged_batches: one.damaged,
    }))
    terminal.json({ ok: !damaged, partitions: rows })
  } else {
    const numbers = ['PARTITION', 'START', 'END', 'RECORDS', 'BATCHES', 'SIZE'].map(rightAligned)
    const columns = damaged
      ? [{ title: 'TOPIC' }, ...numbers, rightAligned('DAMAGED')]
      : [{ title: 'TOPIC' }, ...numbers]
    terminal.table(
      columns,
      partitions.map((one) => [
        one.topic,
        ...[one.partition, one.start ?? '-', one.end ?? '-'].map(String),
        formatCount(one.records),
        formatCount(one.batches),
        formatSize(one.sizeBytes),
        ...(damaged ? [String(one.damaged)] : []),
      ]),
    )
  }
  return damaged ? exitCodes.failed : exitCodes.done
}

function rightAligned(title: string): Column {
  return { title, align: 'right' }
}

const batchColumns: readonly Column[] = [
  { title: 'TOPIC' },
  ...['PARTITION', 'FIRST', 'LAST', 'RECORDS', 'SIZE'].map(rightAligned),
  { title: 'CODEC' },
  { title: 'MAX-TIMESTAMP' },
  { title: 'PRODUCER' },
  { title: 'NOTES' },
]

const ROWS_AT_ONCE = 1000

async function printBatches(
  context: CommandContext,
  admin: Admin,
  partitions: readonly TopicPartition[],
): Promise<number> {
  let damaged = false
  let rows: string[][] = []
  for (const place of partitions) {
    for await (const batch of admin.batches(place)) {
      damaged ||= !batch.crcValid
      if (context.wantsJson) context.terminal.print(JSON.stringify(batchInJson(place, batch)))
      else rows.push(batchRow(place, batch))
      if (rows.length < ROWS_AT_ONCE) continue
      context.terminal.table(batchColumns, rows)
      rows = []
    }
  }
  if (!context.wantsJson) context.terminal.table(batchColumns, rows)
  return damaged ? exitCodes.failed : exitCodes.done
}

function batchRow({ topic, partition }: TopicPartition, batch: BatchDescription): string[] {
  const { producerId, producerEpoch, baseSequence } = batch
  const notes = [batch.transactional && 'transactional', batch.control && 'control', !batch.crcValid && 'CRC WRONG']
  return [
    topic,
    ...[partition, batch.baseOffset, batch.lastOffset, batch.records].map(String),
    formatSize(batch.sizeBytes),
    batch.compression,
    batch.maxTimestamp < 0 ? '-' : new Date(batch.maxTimestamp).toISOString(),
    producerId < 0 ? '-' : `${producerId}/${producerEpoch} @${baseSequence}`,
    notes.filter((note) => note !== false).join(' '),
  ]
}

function batchInJson(place: TopicPartition, batch: BatchDescription): object {
  return {
    topic: place.topic,
    partition: place.partition,
    base_offset: batch.baseOffset,
    last_offset: batch.lastOffset,
    records: batch.records,
    size_bytes: batch.sizeBytes,
    base_timestamp: batch.baseTimestamp,
    max_timestamp: batch.maxTimestamp,
    compression: batch.compression,
    producer_id: batch.producerId,
    producer_epoch: batch.producerEpoch,
    base_sequence: batch.baseSequence,
    transactional: batch.transactional,
    control: batch.control,
    crc_valid: batch.crcValid,
  }
}
