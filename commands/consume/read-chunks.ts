import type { Consumer, FetchedChunk } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { type EndSignal, onInterrupt } from '../interrupts.ts'

/** How long to go on reading. */
export interface ReadingBounds {
  /** Stop when nothing came for so many ms. */
  readonly idleMs?: number | undefined
  /** It goes on for ever, so somebody who waits is told so. */
  readonly follows: boolean
}

/** How a reading ended: by itself, or because it was stopped. */
export interface ReadingEnd {
  /** All there was up to the end was read. */
  readonly atEnd: boolean
  readonly signal: EndSignal | undefined
}

/** A reading that goes on. */
export interface Reading {
  /** There is no use in going on with the chunk. */
  readonly stopped: boolean
}

const WAITING_AFTER_MS = 3000

/**
 * Hands every chunk of a consumer to `visit` until that answers false, the consumer comes to its end, nothing comes for too long, Ctrl-C, or
 * nobody reads stdout any more. Closes the consumer. @throws what the consumer or `visit` throws
 */
export async function readChunks(
  context: CommandContext,
  consumer: Consumer,
  bounds: ReadingBounds,
  visit: (chunk: FetchedChunk, reading: Reading) => Promise<boolean>,
): Promise<ReadingEnd> {
  let signal: EndSignal | undefined
  const reading = { stopped: false }
  let visiting = false
  const stop = () => {
    reading.stopped = true
    // What is being printed has to be committed while the consumer is there.
    if (!visiting) void consumer.close()
  }
  using _interrupts = onInterrupt(context.io.signals, (received) => {
    signal = received
    stop()
  })
  // Of a topic that is not there yet, it is told that it is waited for.
  const reads = () => consumer.positions().length > 0
  using quiet = new QuietTimes(context, bounds, stop, reads)
  const { outputClosed } = context
  outputClosed.addEventListener('abort', stop)
  try {
    for await (const chunk of consumer.chunks()) {
      quiet.restart()
      visiting = true
      if (!(await visit(chunk, reading))) reading.stopped = true
      visiting = false
      if (reading.stopped) break
    }
  } finally {
    outputClosed.removeEventListener('abort', stop)
    await consumer.close()
  }
  return { atEnd: !reading.stopped, signal }
}

/** The times that run while nothing comes. */
class QuietTimes implements Disposable {
  readonly #idle: NodeJS.Timeout | undefined
  readonly #waiting: NodeJS.Timeout | undefined

  constructor(
    { terminal, surroundings }: CommandContext,
    { idleMs, follows }: ReadingBounds,
    stop: () => void,
    reads: () => boolean,
  ) {
    if (idleMs !== undefined) this.#idle = setTimeout(stop, idleMs)
    // Who watches shows by himself that it goes on.
    if (!follows || !terminal.hasReader || surroundings.watchRecords !== undefined) return
    this.#waiting = setTimeout(() => {
      if (reads()) terminal.note('waiting for new records… Ctrl-C to stop')
    }, WAITING_AFTER_MS)
  }

  restart(): void {
    this.#idle?.refresh()
    this.#waiting?.refresh()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idle)
    clearTimeout(this.#waiting)
  }
}
