import { InputRecord, type RecordParser } from './input-record.ts'
import type { RecordFramer } from './record-framer.ts'
import { RecordSplitter } from './record-splitter.ts'

/** Records that end at a delimiter, whatever stands in them. */
export class DelimitedFramer implements RecordFramer {
  readonly record = new InputRecord()
  readonly noun = 'line'
  readonly canSkip = true
  readonly nextMany?: RecordFramer['nextMany']
  readonly #splitter: RecordSplitter
  readonly #parse: RecordParser
  #dropping = false

  constructor(delimiter: Buffer, parse: RecordParser) {
    this.#splitter = new RecordSplitter(delimiter)
    this.#parse = parse
    if (parse !== parseValue) return
    this.nextMany = (slices, first, end) => (this.#dropping ? 0 : this.#splitter.nextMany(slices, first, end))
  }

  get source(): Buffer {
    return this.#splitter.source
  }

  get isEmpty(): boolean {
    return this.#splitter.start === this.#splitter.end
  }

  get pendingBytes(): number {
    return this.#splitter.pendingBytes
  }

  push(chunk: Buffer): void {
    this.#splitter.push(chunk)
  }

  next(): boolean {
    if (!this.#dropping) return this.#splitter.next()
    // The first delimiter ends the record that was given up.
    if (!this.#splitter.next()) {
      this.#splitter.dropPending()
      return false
    }
    this.#dropping = false
    return this.#splitter.next()
  }

  last(): boolean {
    if (!this.#dropping) return this.#splitter.last()
    this.#dropping = false
    return false
  }

  stand(bytes: Buffer): void {
    this.#splitter.stand(bytes)
  }

  read(): void {
    const { source, start, end } = this.#splitter
    this.#parse(source, start, end, this.record)
  }

  dropPending(): void {
    this.#splitter.dropPending()
    this.#dropping = true
  }
}

/** The whole of a record is its value. */
export const parseValue: RecordParser = (source, start, end, record) => record.setValue(source, start, end)
