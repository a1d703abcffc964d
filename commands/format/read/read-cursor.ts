import { type Header, RafkaError } from '../../../src/index.ts'

/** Thrown, and caught again by who reads records by their sizes: the record goes on in input that has not come yet. */
export const incomplete = Symbol('incomplete')

/** How far a record has been read, and the sizes that were read for what is still to come; -1: null. */
export class ReadCursor {
  bytes: Buffer = Buffer.alloc(0)
  at = 0
  end = 0
  /** More input may come behind `end`. */
  mayGrow = false
  /** When it ran out: where `end` has to be at least for it to go on. */
  needed = 0
  topicSize = 0
  keySize = 0
  valueSize = 0
  headerCount = 0
  headerKeySize = 0
  headerValueSize = 0
  headerKey = ''
  headers: Header[] = []

  open(bytes: Buffer, start: number, end: number, mayGrow: boolean): void {
    this.bytes = bytes
    this.at = start
    this.end = end
    this.mayGrow = mayGrow
  }

  /** Steps over so many bytes. @returns where they begin */
  take(bytes: number, what: string): number {
    const start = this.at
    if (start + bytes > this.end) this.runOut(what, bytes)
    this.at = start + bytes
    return start
  }

  /** There are fewer bytes than it takes from where it stands. */
  runOut(what: string, bytes = this.end - this.at + 1): never {
    this.needed = this.at + bytes
    if (this.mayGrow) throw incomplete
    throw new RafkaError('INVALID_ARGUMENT', `it ends within ${what}`)
  }
}
