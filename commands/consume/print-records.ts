import type { Consumer, FetchedChunk } from '../../src/index.ts'
import { consumerLimits } from '../consumer-limits.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import type { RecordRenderer } from '../format/print/record-renderer.ts'
import { type EndSignal, onInterrupt } from '../interrupts.ts'
import { OutputBuffer } from '../output/output-buffer.ts'
import { countOf } from '../output/quantities.ts'
import type { RecordWatch } from '../surroundings.ts'
import type { OffsetRange } from './parse-offsets.ts'
import { resolvePlaces } from './resolve-places.ts'

/** What to print, and when to stop. */
export interface Printing {
  readonly topics: readonly string[]
  readonly partitions?: readonly number[] | undefined
  readonly range: OffsetRange
  /** Stop after so many records. */
  readonly limit?: number | undefined
  /** Stop when nothing came for so many ms. */
  readonly idleMs?: number | undefined
  readonly render: RecordRenderer
}

const WAITING_AFTER_MS = 3000

/** Prints records until the end of the range, the limit, the idle time, Ctrl-C, or a reader that had enough. @returns the exit code */
export async function printRecords(context: CommandContext, printing: Printing): Promise<number> {
  const { rafka } = await context.session()
  const config = await context.config()
  const places = await resolvePlaces(printing, printing.range, () => rafka.admin())
  const consumer = rafka.consumer({
    ...places,
    ...consumerLimits(config),
    onWaiting: (topic) => context.terminal.note(`waiting for topic "${topic}" to be created… Ctrl-C to stop`),
  })
  return await new RecordPrinter(context, printing, consumer).run()
}

/** One run of a consumer to stdout. */
class RecordPrinter {
  readonly #context: CommandContext
  readonly #printing: Printing
  readonly #consumer: Consumer
  readonly #out: OutputBuffer
  readonly #seen = new Set<string>()
  readonly #watch: RecordWatch | undefined
  #records = 0
  #signal: EndSignal | undefined
  #stopped = false
  #idle: NodeJS.Timeout | undefined
  #waiting: NodeJS.Timeout | undefined

  constructor(context: CommandContext, printing: Printing, consumer: Consumer) {
    this.#context = context
    this.#printing = printing
    this.#consumer = consumer
    this.#out = new OutputBuffer(context.io.stdout)
    this.#watch = context.surroundings.watchRecords?.(printing.topics)
  }

  async run(): Promise<number> {
    using _ = onInterrupt(this.#context.io.signals, (signal) => {
      this.#signal = signal
      this.#stop()
    })
    const stop = () => this.#stop()
    this.#context.outputClosed.addEventListener('abort', stop)
    this.#watchIdle()
    try {
      for await (const chunk of this.#consumer.chunks()) {
        this.#watchIdle()
        await this.#print(chunk)
        if (this.#stopped) break
      }
      await this.#out.finish()
    } finally {
      this.#unwatch()
      this.#watch?.[Symbol.dispose]()
      this.#context.outputClosed.removeEventListener('abort', stop)
      await this.#consumer.close()
    }
    return this.#finished()
  }

  async #print(chunk: FetchedChunk): Promise<void> {
    const { render, limit = Number.POSITIVE_INFINITY } = this.#printing
    const out = this.#out
    const cursor = chunk.cursor()
    this.#seen.add(`${chunk.topic}/${chunk.partition}`)
    while (this.#records < limit && cursor.next()) {
      render(cursor, chunk, out)
      this.#watch?.record(cursor, chunk)
      this.#records += 1
      if (!out.isFull) continue
      await out.flush()
      if (this.#stopped) return
    }
    await out.flush()
    if (this.#records >= limit) this.#stopped = true
  }

  #stop(): void {
    this.#stopped = true
    void this.#consumer.close()
  }

  /** Starts the times anew that run while nothing comes. */
  #watchIdle(): void {
    const { idleMs, range } = this.#printing
    if (idleMs !== undefined) {
      clearTimeout(this.#idle)
      this.#idle = setTimeout(() => this.#stop(), idleMs)
    }
    if (
      range.to === undefined &&
      this.#waiting === undefined &&
      this.#context.terminal.hasReader &&
      this.#watch === undefined
    ) {
      const told = () => this.#context.terminal.note('waiting for new records… Ctrl-C to stop')
      this.#waiting = setTimeout(told, WAITING_AFTER_MS)
    } else {
      this.#waiting?.refresh()
    }
  }

  #unwatch(): void {
    clearTimeout(this.#idle)
    clearTimeout(this.#waiting)
  }

  #finished(): number {
    const { range, limit } = this.#printing
    const records = countOf(this.#records, 'record')
    const atEnd = range.to !== undefined && !this.#stopped
    const stopped = this.#signal === undefined ? records : `stopped after ${records}`
    this.#context.terminal.note(atEnd ? `reached end of ${countOf(this.#seen.size, 'partition')}, ${records}` : stopped)
    const hasEnd = range.to !== undefined || limit !== undefined
    if (this.#signal === undefined || !hasEnd) return exitCodes.done
    return this.#signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated
  }
}
