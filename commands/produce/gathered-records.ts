import type { RecordSlices } from '../../src/index.ts'
import type { InputRecord } from '../format/read/input-record.ts'
import type { RecordFramer } from '../format/read/record-framer.ts'

/** How many records go to the sink at once: enough for the way there to cost nothing, and their lines still stand in the processor's cache. */
const MAX_RECORDS = 1024

/** Records that are mere slices of the input, on their way to the sink, each with the number of its line. */
export class GatheredRecords {
  readonly slices: RecordSlices = new Int32Array(4 * MAX_RECORDS)
  readonly #lines = new Float64Array(MAX_RECORDS)
  source: Buffer = Buffer.alloc(0)
  /** The first that was not taken. */
  first = 0
  end = 0

  get isEmpty(): boolean {
    return this.first === this.end
  }

  get isFull(): boolean {
    return this.end === MAX_RECORDS
  }

  /** The line of the first. */
  get line(): number {
    return this.#lines[this.first]!
  }

  /** Adds a record of `source`. False: it is more than key and value in there, or the others stand elsewhere. */
  add(record: InputRecord, source: Buffer, line: number): boolean {
    if (this.first === this.end) this.#reset(source)
    else if (source !== this.source) return false
    if (record.keyStart >= 0 && record.keySource !== source) return false
    if (record.valueStart >= 0 && record.valueSource !== source) return false
    if (hasMore(record)) return false
    const at = this.end * 4
    this.slices[at] = record.keyStart
    this.slices[at + 1] = record.keyEnd
    this.slices[at + 2] = record.valueStart
    this.slices[at + 3] = record.valueEnd
    this.#lines[this.end] = line
    this.end += 1
    return true
  }

  /** Adds records that `framer` need not read, which stand on the lines behind `line`. @returns how many */
  addMany(framer: RecordFramer, line: number): number {
    if (framer.nextMany === undefined) return 0
    const { source } = framer
    if (this.first === this.end) this.#reset(source)
    else if (source !== this.source) return 0
    const added = framer.nextMany(this.slices, this.end, MAX_RECORDS)
    for (let index = 0; index < added; index++) this.#lines[this.end + index] = line + 1 + index
    this.end += added
    return added
  }

  /** Takes the first out as a record of its own. */
  shift(record: InputRecord): void {
    const at = this.first * 4
    record.keySource = this.source
    record.keyStart = this.slices[at]!
    record.keyEnd = this.slices[at + 1]!
    record.valueSource = this.source
    record.valueStart = this.slices[at + 2]!
    record.valueEnd = this.slices[at + 3]!
    this.first += 1
  }

  #reset(source: Buffer): void {
    this.source = source
    this.first = 0
    this.end = 0
  }
}

function hasMore({ headers, topic, partition, timestamp }: InputRecord): boolean {
  return headers.length > 0 || topic !== undefined || partition !== undefined || timestamp !== undefined
}
