import { RafkaError } from '../../src/index.ts'
import type { RecordFramer } from '../format/read/record-framer.ts'
import type { RecordSink } from './record-sink.ts'
import type { RecordChange } from './shape-record.ts'

/** How far the input was read. */
export interface FeedProgress {
  /** Lines read, those with an error included. */
  lines: number
  /** Records handed to the sink, and those with an error. */
  records: number
}

/** What is done with records, and how much is too much. */
export interface Taking {
  readonly change?: RecordChange | undefined
  readonly skipEmpty: boolean
  /** Largest record, in bytes of input: a longer one is not even read to its end. */
  readonly maxRecordBytes: number
  /** Told of a record that is wrong, where the input is to go on behind it. */
  readonly onSkipped?: ((error: RafkaError) => void) | undefined
}

/** Hands records of one input to the sink and counts them, so that an error knows its line. */
export class RecordTaker {
  readonly #framer: RecordFramer
  readonly #sink: RecordSink
  readonly #taking: Taking
  readonly #progress: FeedProgress
  readonly #name: string | undefined
  /** -1: the input is one record. */
  readonly #linesBefore: number

  /**
   * @param name of the input, for messages; undefined: stdin
   * @param isWhole all of it is one record, so there are no lines to name
   */
  constructor(
    framer: RecordFramer,
    sink: RecordSink,
    taking: Taking,
    progress: FeedProgress,
    name: string | undefined,
    isWhole = false,
  ) {
    this.#framer = framer
    this.#sink = sink
    this.#taking = taking
    this.#progress = progress
    this.#name = name
    this.#linesBefore = isWhole ? -1 : progress.lines
  }

  /** Moves to the next record; false when there is none yet. */
  next(): boolean {
    return this.#moved(() => this.#framer.next())
  }

  /** Moves to what is left when the input has ended. */
  last(): boolean {
    return this.#moved(() => this.#framer.last())
  }

  /** Reads the record that the framer stands on. False: it is none to be written. */
  read(): boolean {
    const { skipEmpty, change } = this.#taking
    this.#progress.lines += 1
    if (skipEmpty && this.#framer.isEmpty) return false
    try {
      this.#framer.read()
      change?.(this.#framer.record)
      return true
    } catch (error) {
      this.#progress.records += 1
      return this.#skip(error)
    }
  }

  /** Writes the record that was read. False: the sink is full. */
  write(): boolean {
    this.#progress.records += 1
    try {
      return this.#sink.write(this.#framer.record)
    } catch (error) {
      this.#skip(error)
      return true
    }
  }

  /** A record that is too long already need not be read to its end. */
  checkPending(): void {
    const { maxRecordBytes } = this.#taking
    if (this.#framer.pendingBytes <= maxRecordBytes) return
    this.#progress.lines += 1
    this.#progress.records += 1
    this.#skip(new RafkaError('MESSAGE_TOO_LARGE', `the record has more than ${maxRecordBytes} bytes`))
    this.#framer.dropPending()
  }

  #moved(move: () => boolean): boolean {
    try {
      return move()
    } catch (error) {
      this.#progress.lines += 1
      this.#progress.records += 1
      throw this.#atLine(error)
    }
  }

  /** Goes on behind a record that is wrong, where that is wanted. */
  #skip(error: unknown): false {
    const { onSkipped } = this.#taking
    const named = this.#atLine(error)
    if (onSkipped === undefined || !this.#framer.canSkip || !(named instanceof RafkaError)) throw named
    onSkipped(named)
    return false
  }

  #atLine(error: unknown): unknown {
    if (!(error instanceof RafkaError)) return error
    const name = this.#name ?? 'input'
    const file = this.#name === undefined ? {} : { file: this.#name }
    if (this.#linesBefore === -1) {
      return new RafkaError(error.code, `${name}: ${error.message}`, {
        cause: error,
        details: { ...error.details, ...file },
      })
    }
    const line = this.#progress.lines - this.#linesBefore
    return new RafkaError(error.code, `${name} ${this.#framer.noun} ${line}: ${error.message}`, {
      cause: error,
      details: { ...error.details, line, ...file },
    })
  }
}
