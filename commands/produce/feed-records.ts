import { RafkaError } from '../../src/index.ts'
import type { Input } from './input-chunks.ts'
import type { RecordSink } from './record-sink.ts'
import { RecordSplitter } from './record-splitter.ts'

/** How the input is cut, and how much is too much. */
export interface Feeding {
  readonly delimiter: Buffer
  readonly skipEmpty: boolean
  /** Largest record, in bytes: a longer one is not even read to its end. */
  readonly maxRecordBytes: number
  /** A record that came alone waits so long for company, in ms; then it is sent, and a broker that is gone is noticed. */
  readonly lingerMs: number
}

/** How far the input was read. */
export interface FeedProgress {
  /** Lines read, the one with an error included. */
  lines: number
  /** Records handed to the sink, and the one with an error. */
  records: number
}

/**
 * Leads all records of an input to a sink, until it ends or `stop` fires.
 * @throws RafkaError naming input and line, or what became of a record sent before
 */
export async function feedRecords(
  input: Input,
  sink: RecordSink,
  feeding: Feeding,
  progress: FeedProgress,
  stop: AbortSignal,
): Promise<void> {
  const splitter = new RecordSplitter(feeding.delimiter)
  const taker = new LineTaker(splitter, sink, feeding, progress, input.name)
  const idle = input.stream === undefined ? undefined : new IdleFlush(sink, input.stream, feeding.lingerMs)
  try {
    for await (const chunk of input.chunks()) {
      idle?.stop()
      splitter.push(chunk)
      while (splitter.next()) if (!taker.take()) await sink.drained()
      taker.checkPending()
      if (stop.aborted) return
      idle?.start()
    }
    // What stands after the last delimiter is a record when the input has ended, and half of one when it was broken off.
    if (!stop.aborted && splitter.last() && !taker.take()) await sink.drained()
  } catch (error) {
    // Whoever fires `stop` ends the stream, which then breaks off.
    if (!stop.aborted) throw error
  } finally {
    idle?.stop()
  }
}

/** Hands records to the sink and counts them, so that an error knows its line. */
class LineTaker {
  readonly #splitter: RecordSplitter
  readonly #sink: RecordSink
  readonly #feeding: Feeding
  readonly #progress: FeedProgress
  readonly #name: string | undefined
  readonly #linesBefore: number

  constructor(
    splitter: RecordSplitter,
    sink: RecordSink,
    feeding: Feeding,
    progress: FeedProgress,
    name: string | undefined,
  ) {
    this.#splitter = splitter
    this.#sink = sink
    this.#feeding = feeding
    this.#progress = progress
    this.#name = name
    this.#linesBefore = progress.lines
  }

  /** The record that the splitter stands on. False: the sink is full. */
  take(): boolean {
    const { source, start, end } = this.#splitter
    this.#progress.lines += 1
    if (start === end && this.#feeding.skipEmpty) return true
    this.#progress.records += 1
    try {
      return this.#sink.write(source, start, end)
    } catch (error) {
      throw this.#atLine(error)
    }
  }

  /** A record that is too long already need not be read to its end. */
  checkPending(): void {
    const { maxRecordBytes } = this.#feeding
    if (this.#splitter.pendingBytes <= maxRecordBytes) return
    this.#progress.lines += 1
    this.#progress.records += 1
    throw this.#atLine(new RafkaError('MESSAGE_TOO_LARGE', `the record has more than ${maxRecordBytes} bytes`))
  }

  #atLine(error: unknown): unknown {
    if (!(error instanceof RafkaError)) return error
    const line = this.#progress.lines - this.#linesBefore
    const where = this.#name === undefined ? 'input line' : `${this.#name} line`
    return new RafkaError(error.code, `${where} ${line}: ${error.message}`, {
      cause: error,
      details: { ...error.details, line, ...(this.#name === undefined ? {} : { file: this.#name }) },
    })
  }
}

/**
 * While a stream brings nothing, sends what waits. When that fails, the stream is ended with the error: nobody would hear of it
 * before the next line else.
 */
class IdleFlush {
  readonly #sink: RecordSink
  readonly #stream: NonNullable<Input['stream']>
  readonly #afterMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(sink: RecordSink, stream: NonNullable<Input['stream']>, afterMs: number) {
    this.#sink = sink
    this.#stream = stream
    this.#afterMs = afterMs
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#sink.flush().catch((error: Error) => this.#stream.destroy(error))
    }, this.#afterMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
