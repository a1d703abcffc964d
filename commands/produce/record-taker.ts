import { RafkaError } from '../../src/index.ts'
import { InputRecord } from '../format/read/input-record.ts'
import type { RecordFramer } from '../format/read/record-framer.ts'
import { GatheredRecords } from './gathered-records.ts'
import type { RecordSink } from './record-sink.ts'
import type { RecordChange } from './shape-record.ts'

/** How far the input was read. */
export interface FeedProgress {
  /** Lines read, those with an error included. */
  lines: number
  /** Lines among them that are no records. */
  blankLines: number
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
  readonly #gathered = new GatheredRecords()
  readonly #single = new InputRecord()
  /** Comes after those that are gathered: the record that was read last, or what was wrong with it. */
  #after: 'nothing' | 'record' | 'error' = 'nothing'
  #error: unknown

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
    try {
      return this.#framer.next()
    } catch (error) {
      throw this.#lost(error)
    }
  }

  /** Moves to what is left when the input has ended. */
  last(): boolean {
    try {
      return this.#framer.last()
    } catch (error) {
      throw this.#lost(error)
    }
  }

  /** Reads complete records, for `writeGathered`. False: there are no more of them yet. */
  gather(): boolean {
    try {
      for (;;) {
        this.#gatherUnread()
        if (this.#gathered.isFull) return true
        if (!this.next()) return false
        if (!this.read()) continue
        if (!this.#gathered.add(this.#framer.record, this.#framer.source, this.#progress.lines)) {
          this.#after = 'record'
          return true
        }
        if (this.#gathered.isFull) return true
      }
    } catch (error) {
      this.#after = 'error'
      this.#error = error
      return true
    }
  }

  /** Gathers records of which nothing need be read, where nothing is to be done with each. */
  #gatherUnread(): void {
    const { skipEmpty, change } = this.#taking
    if (!skipEmpty && change === undefined)
      this.#progress.lines += this.#gathered.addMany(this.#framer, this.#progress.lines)
  }

  /** Writes what was gathered. False: the sink is full, and there may be more. */
  writeGathered(): boolean {
    const gathered = this.#gathered
    while (!gathered.isEmpty) {
      const taken = this.#sink.writeMany?.(gathered.source, gathered.slices, gathered.first, gathered.end) ?? 0
      gathered.first += taken
      this.#progress.records += taken
      if (gathered.isEmpty) break
      const { line } = gathered
      gathered.shift(this.#single)
      if (!this.#write(this.#single, line)) return false
    }
    const after = this.#after
    this.#after = 'nothing'
    if (after === 'error') throw this.#error
    return after === 'nothing' || this.write()
  }

  /** Reads the record that the framer stands on. False: it is none to be written. */
  read(): boolean {
    const { skipEmpty, change } = this.#taking
    this.#progress.lines += 1
    if (skipEmpty && this.#framer.isEmpty) {
      this.#progress.blankLines += 1
      return false
    }
    try {
      this.#framer.read()
      change?.(this.#framer.record)
      return true
    } catch (error) {
      this.#progress.records += 1
      return this.#skip(error, this.#progress.lines)
    }
  }

  /** Writes the record that was read. False: the sink is full. */
  write(): boolean {
    return this.#write(this.#framer.record, this.#progress.lines)
  }

  /** A record that is too long already need not be read to its end. */
  checkPending(): void {
    const { maxRecordBytes } = this.#taking
    if (this.#framer.pendingBytes <= maxRecordBytes) return
    this.#progress.lines += 1
    this.#progress.records += 1
    const error = new RafkaError('MESSAGE_TOO_LARGE', `the record has more than ${maxRecordBytes} bytes`)
    this.#skip(error, this.#progress.lines)
    this.#framer.dropPending()
  }

  #write(record: InputRecord, line: number): boolean {
    this.#progress.records += 1
    try {
      return this.#sink.write(record)
    } catch (error) {
      this.#skip(error, line)
      return true
    }
  }

  /** Nobody can tell where the record ends. */
  #lost(error: unknown): unknown {
    this.#progress.lines += 1
    this.#progress.records += 1
    return this.#atLine(error, this.#progress.lines)
  }

  /** Goes on behind a record that is wrong, where that is wanted. */
  #skip(error: unknown, line: number): false {
    const { onSkipped } = this.#taking
    const named = this.#atLine(error, line)
    if (onSkipped === undefined || !this.#framer.canSkip || !(named instanceof RafkaError)) throw named
    onSkipped(named)
    return false
  }

  #atLine(error: unknown, lineOfAll: number): unknown {
    if (!(error instanceof RafkaError)) return error
    const name = this.#name ?? 'input'
    const file = this.#name === undefined ? {} : { file: this.#name }
    if (this.#linesBefore === -1) {
      return new RafkaError(error.code, `${name}: ${error.message}`, {
        cause: error,
        details: { ...error.details, ...file },
      })
    }
    const line = lineOfAll - this.#linesBefore
    return new RafkaError(error.code, `${name} ${this.#framer.noun} ${line}: ${error.message}`, {
      cause: error,
      details: { ...error.details, line, ...file },
    })
  }
}
