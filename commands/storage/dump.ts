import type { BatchDescription, TopicPartition } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-code.ts'
import { partitionList } from '../option-values.ts'
import type { Cell, Column } from '../output/report.ts'
import { type DocumentOf, flag, object, text, whole } from '../output/shape.ts'
import { selectPartitions } from './select-partitions.ts'

interface DumpFlags {
  readonly partition?: readonly number[]
}

const shape = object({
  topic: text,
  partition: whole,
  base_offset: whole,
  last_offset: whole,
  records: whole,
  size_bytes: whole,
  base_timestamp: whole,
  max_timestamp: whole,
  compression: text,
  producer_id: whole,
  producer_epoch: whole,
  base_sequence: whole,
  transactional: flag,
  control: flag,
  crc_valid: flag,
})

type Dumped = DocumentOf<typeof shape>

/** `rafka storage dump`: ends with 1 when a batch is damaged. */
export const dumpStorage: CommandSpec<DumpFlags, Dumped> = defineCommand({
  usage: '[TOPIC...] [options]',
  examples: [
    ['rafka storage dump orders', 'the header of each batch'],
    ['rafka storage dump orders -p 0 --json | jq .compression', 'an object per batch'],
  ],
  declare: (command) =>
    command.argument('[topic...]').option('-p, --partition <n,...>', 'these partitions alone', partitionList),
  shape,
  async run(context, { args, flags }) {
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const partitions = await selectPartitions(admin, args, flags.partition)
    let damaged = false
    const rows = async function* () {
      for (const place of partitions) {
        for await (const batch of admin.batches(place)) {
          damaged ||= !batch.crcValid
          yield { document: inJson(place, batch), cells: inCells(place, batch) }
        }
      }
    }
    return {
      columns,
      rows: rows(),
      emptyNote: 'nothing is stored there',
      exitCode: () => (damaged ? exitCodes.failed : exitCodes.done),
    }
  },
})

const columns: readonly Column[] = [
  { title: 'TOPIC' },
  { title: 'PARTITION', kind: 'number' },
  { title: 'FIRST', kind: 'number' },
  { title: 'LAST', kind: 'number' },
  { title: 'RECORDS', kind: 'count' },
  { title: 'SIZE', kind: 'size' },
  { title: 'CODEC', optional: true },
  { title: 'MAX-TIMESTAMP', kind: 'time', optional: true },
  { title: 'PRODUCER', kind: 'number' },
  { title: 'NOTES', vital: true },
]

function inCells({ topic, partition }: TopicPartition, batch: BatchDescription): Cell[] {
  const { producerId, producerEpoch, baseSequence } = batch
  const notes = [!batch.crcValid && 'damaged', batch.control && 'control', batch.transactional && 'transactional']
  return [
    topic,
    partition,
    batch.baseOffset,
    batch.lastOffset,
    batch.records,
    batch.sizeBytes,
    batch.compression,
    batch.maxTimestamp < 0 ? null : batch.maxTimestamp,
    producerId < 0 ? null : `${producerId}/${producerEpoch} @${baseSequence}`,
    notes.filter((note) => note !== false).join(' '),
  ]
}

function inJson(place: TopicPartition, batch: BatchDescription): Dumped {
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
