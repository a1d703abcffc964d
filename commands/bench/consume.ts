import { type CommandSpec, defineCommand } from '../command.ts'
import { consumerLimits } from '../consumer-limits.ts'
import { onInterrupt } from '../interrupts.ts'
import { wholeNumber } from '../option-values.ts'
import { showCounts } from '../output/show-counts.ts'
import { recordBytes } from '../record-bytes.ts'
import { requireTopics } from '../topics/require-topics.ts'
import { type BenchResult, benchReport, benchShape } from './bench-result.ts'

interface ConsumeFlags {
  readonly num?: number
}

/** `rafka bench consume`: how fast records are read, from the start to what is the end now. */
export const benchConsume: CommandSpec<ConsumeFlags, BenchResult> = defineCommand({
  usage: 'TOPIC [options]',
  examples: [
    ['rafka bench consume load', 'all that is there now'],
    ['rafka bench consume load -n 100000', 'some of it'],
  ],
  declare: (command) => command.argument('[topic]').option('-n, --num <n>', 'records, at most', wholeNumber(1)),
  shape: benchShape,
  async run(context, { args, flags }) {
    const [topic] = await requireTopics(context, args, 'rafka bench consume TOPIC')
    const { rafka } = await context.session()
    const limit = flags.num ?? Number.POSITIVE_INFINITY
    const limits = consumerLimits(await context.config())
    await using consumer = rafka.consumer({ topics: [topic!], to: 'end', lendsChunks: true, ...limits })
    using _ = onInterrupt(context.io.signals, () => void consumer.close())
    const counts = { records: 0, bytes: 0 }
    using _counts = showCounts(context.terminal, () => counts)
    const startedAt = performance.now()
    for await (const chunk of consumer.chunks()) {
      const cursor = chunk.cursor()
      while (counts.records < limit && cursor.next()) {
        counts.records += 1
        counts.bytes += recordBytes(cursor)
      }
      if (counts.records >= limit) break
    }
    return benchReport('consumed', topic!, counts.records, counts.bytes, performance.now() - startedAt)
  },
})
