import type { Header, RecordCursor } from '../core/message.ts'
import { byteColumns, type Page, type TopicColumn } from './page.ts'

const MAX_RECORDS = 8192
const MAX_BYTES = 512 * 1024
/** Below this a loop is faster than the call of a copy. */
const SHORT_BYTES = 24

/** Collects records of one partition into a page. */
export class PageBuilder {
  readonly #partition: number
  readonly #wantsHeaders: boolean
  readonly #lengthsPerRecord: number
  readonly #columns: ReadonlySet<TopicColumn>
  #offsets: Float64Array | undefined
  #timestamps: Float64Array | undefined
  #sizes: Float64Array | undefined
  #lengths: Int32Array | undefined
  #bytes: Uint8Array<ArrayBuffer> | undefined
  #count = 0
  #length = 0
  #used = 0

  constructor(partition: number, columns: readonly TopicColumn[]) {
    this.#partition = partition
    this.#columns = new Set(columns)
    this.#wantsHeaders = this.#columns.has('headers')
    this.#lengthsPerRecord = byteColumns.filter((name) => this.#columns.has(name)).length
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  get isFull(): boolean {
    return this.#count >= MAX_RECORDS || this.#used >= MAX_BYTES
  }

  /** Adds the record that the cursor stands on. */
  add(record: RecordCursor): void {
    const at = this.#count
    if (at === 0) this.#begin()
    if (this.#offsets !== undefined) this.#offsets[at] = record.offset
    if (this.#timestamps !== undefined) this.#timestamps[at] = record.timestamp
    if (this.#sizes !== undefined) this.#sizes[at] = sizeOf(record)
    if (this.#lengths !== undefined) this.#addBytes(record)
    this.#count++
  }

  /** What was collected; the next record begins another page. */
  take(): Page {
    const page: Page = {
      partition: this.#partition,
      count: this.#count,
      offsets: this.#offsets,
      timestamps: this.#timestamps,
      sizes: this.#sizes,
      lengths: this.#lengths,
      bytes: this.#bytes,
    }
    this.#count = 0
    return page
  }

  #begin(): void {
    const numbers = (name: TopicColumn) => (this.#columns.has(name) ? new Float64Array(MAX_RECORDS) : undefined)
    this.#offsets = numbers('offset')
    this.#timestamps = numbers('timestamp')
    this.#sizes = numbers('size')
    const perRecord = this.#lengthsPerRecord
    this.#lengths = perRecord === 0 ? undefined : new Int32Array(MAX_RECORDS * perRecord)
    this.#bytes = perRecord === 0 ? undefined : new Uint8Array(MAX_BYTES * 2)
    this.#length = 0
    this.#used = 0
  }

  #addBytes(record: RecordCursor): void {
    if (this.#columns.has('key')) this.#slice(record.bytes, record.keyStart, record.keyEnd)
    if (this.#columns.has('value')) this.#slice(record.bytes, record.valueStart, record.valueEnd)
    if (!this.#wantsHeaders) return
    const text = Buffer.from(headersJson(record.headerCount === 0 ? [] : record.headers()))
    this.#slice(text, 0, text.length)
  }

  #slice(source: Uint8Array, start: number, end: number): void {
    const size = start < 0 ? -1 : end - start
    this.#lengths![this.#length++] = size
    if (size <= 0) return
    if (this.#used + size > this.#bytes!.length) this.#grow(size)
    const target = this.#bytes!
    let at = this.#used
    if (size <= SHORT_BYTES) for (let from = start; from < end; ) target[at++] = source[from++]!
    else target.set(source.subarray(start, end), at)
    this.#used += size
  }

  #grow(size: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes!.length * 2, this.#used + size))
    larger.set(this.#bytes!.subarray(0, this.#used))
    this.#bytes = larger
  }
}

/** Bytes of key, value and headers. */
function sizeOf(record: RecordCursor): number {
  let size = record.keyStart < 0 ? 0 : record.keyEnd - record.keyStart
  if (record.valueStart >= 0) size += record.valueEnd - record.valueStart
  if (record.headerCount === 0) return size
  for (const { key, value } of record.headers()) size += Buffer.byteLength(key) + (value?.length ?? 0)
  return size
}

/**
 * Headers as one JSON object, in their order. A key that repeats stands in it as often: `->>` gives the first, `json_each` all. A value that
 * is not UTF-8 is `{"base64": "…"}`.
 */
function headersJson(headers: readonly Header[]): string {
  return `{${headers.map(({ key, value }) => `${JSON.stringify(key)}:${valueJson(value)}`).join(',')}}`
}

function valueJson(value: Buffer | null): string {
  if (value === null) return 'null'
  const text = value.toString('utf8')
  const isText = !text.includes('\ufffd') || Buffer.from(text).equals(value)
  return JSON.stringify(isText ? text : { base64: value.toString('base64') })
}
