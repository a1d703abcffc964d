import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { RecordWriter } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { onInterrupt } from '../interrupts.ts'
import { wholeNumber } from '../option-values.ts'
import { showCounts } from '../output/show-counts.ts'
import { producerOptions } from '../produce/produce-options.ts'
import { type BenchResult, benchReport, benchShape } from './bench-result.ts'

interface ProduceFlags {
  readonly num?: number
  readonly size?: number
  readonly rate?: number
}

const DEFAULT_RECORDS = 1_000_000
const DEFAULT_SIZE = 100
const MAX_SIZE = 1_000_000
/** Values that differ, so that a codec has something to do. */
const SAMPLES = 1024
const RATE_STEP_MS = 10

/** `rafka bench produce`: how fast records are taken. */
export const benchProduce: CommandSpec<ProduceFlags, BenchResult> = defineCommand({
  usage: '[TOPIC] [options]',
  examples: [
    ['rafka bench produce', 'a million records of 100 bytes, to a topic that goes afterwards'],
    ['rafka bench produce load -n 10000 --size 1000', 'to a topic that stays'],
    ['rafka bench produce -X acks=1 -X compression.type=lz4', 'with other settings'],
  ],
  declare: (command) =>
    command
      .argument('[topic]')
      .option('-n, --num <n>', `records (default ${DEFAULT_RECORDS})`, wholeNumber(1))
      .option('--size <bytes>', `of each value (default ${DEFAULT_SIZE})`, wholeNumber(0, MAX_SIZE))
      .option('--rate <n>', 'records per second, at most', wholeNumber(1)),
  shape: benchShape,
  async run(context, { args, flags }) {
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const topic = args[0] ?? `rafka-bench-${randomBytes(6).toString('hex')}`
    if (args[0] === undefined) await admin.createTopics([{ name: topic }])
    const stop = new AbortController()
    using _ = onInterrupt(context.io.signals, () => stop.abort())
    try {
      await using producer = rafka.producer(producerOptions(await context.config()))
      const writer = producer.writer(topic)
      using _counts = showCounts(context.terminal, () => writer.acknowledged)
      const startedAt = performance.now()
      await writeRecords(writer, flags, stop.signal)
      const { records, bytes } = writer.acknowledged
      return benchReport('produced', topic, records, bytes, performance.now() - startedAt)
    } finally {
      if (args[0] === undefined) await admin.deleteTopics([topic])
    }
  },
})

async function writeRecords(
  writer: RecordWriter,
  { num = DEFAULT_RECORDS, size = DEFAULT_SIZE, rate }: ProduceFlags,
  stop: AbortSignal,
): Promise<void> {
  const samples = Buffer.from(randomBytes(Math.ceil((SAMPLES + size) / 2)).toString('hex'))
  const startedAt = performance.now()
  for (let written = 0; written < num && !stop.aborted; written += 1) {
    const at = written % SAMPLES
    if (!writer.write(samples, -1, -1, at, at + size)) await writer.drained()
    if (rate === undefined) continue
    while (performance.now() - startedAt < (written * 1000) / rate && !stop.aborted) await setTimeout(RATE_STEP_MS)
  }
  await writer.flush()
}
