import { RafkaError, type RecordCursor } from '../../src/index.ts'
import { KeptRecord } from '../format/print/kept-record.ts'
import type { RecordSource } from '../format/print/record-renderer.ts'

/** Bytes of the records that are kept, at most. */
const MAX_BYTES = 256 * 1024 * 1024
/** What a record takes beside its own bytes. */
const RECORD_OVERHEAD_BYTES = 200

/** A record, and where it came from. */
export interface PlacedRecord {
  readonly record: KeptRecord
  readonly source: RecordSource
}

/** Keeps the so many newest records of those that it is shown, by time; of the same time those with higher offsets. A heap, the oldest on top. */
export class NewestRecords {
  readonly #count: number
  readonly #heap: PlacedRecord[] = []
  #bytes = 0

  constructor(count: number) {
    this.#count = count
  }

  /** @throws RafkaError `INVALID_ARGUMENT` when they are too many to keep */
  add(cursor: RecordCursor, source: RecordSource): void {
    const oldest = this.#heap[0]
    if (this.#heap.length >= this.#count) {
      if (oldest !== undefined && !isNewer(cursor, source, oldest)) return
      this.#removeOldest()
    }
    const record = keep(cursor)
    this.#bytes += bytesOf(record)
    if (this.#bytes > MAX_BYTES) {
      throw new RafkaError(
        'INVALID_ARGUMENT',
        `--last ${this.#count}: these records take more than ${MAX_BYTES} bytes`,
        {
          details: { hint: 'ask for fewer, or take them from one partition: -p 0 -o -N' },
        },
      )
    }
    this.#push({ record, source })
  }

  /** In order of time. */
  inOrder(): PlacedRecord[] {
    return [...this.#heap].sort((a, b) => (isNewer(a.record, a.source, b) ? 1 : -1))
  }

  #push(placed: PlacedRecord): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(placed)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isNewer(heap[parent]!.record, heap[parent]!.source, placed)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = placed
  }

  #removeOldest(): void {
    const heap = this.#heap
    const oldest = heap[0]
    const last = heap.pop()
    if (oldest === undefined || last === undefined) return
    this.#bytes -= bytesOf(oldest.record)
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= heap.length) break
      const other = heap[child + 1]
      if (other !== undefined && isNewer(heap[child]!.record, heap[child]!.source, other)) child += 1
      if (!isNewer(last.record, last.source, heap[child]!)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
  }
}

function isNewer(
  { timestamp, offset }: { readonly timestamp: number; readonly offset: number },
  { topic, partition }: RecordSource,
  { record, source }: PlacedRecord,
): boolean {
  if (timestamp !== record.timestamp) return timestamp > record.timestamp
  if (topic !== source.topic) return topic > source.topic
  if (partition !== source.partition) return partition > source.partition
  return offset > record.offset
}

function bytesOf({ bytes }: KeptRecord): number {
  return bytes.length + RECORD_OVERHEAD_BYTES
}

/** A copy of its own: a slice would keep alive all that was fetched with it. */
function keep(cursor: RecordCursor): KeptRecord {
  const { bytes, keyStart, keyEnd, valueStart, valueEnd, offset, timestamp } = cursor
  const copy = (start: number, end: number) => (start < 0 ? null : Buffer.from(bytes.subarray(start, end)))
  const headers = cursor.headerCount === 0 ? [] : cursor.headers()
  const own = headers.map(({ key, value }) => ({ key, value: value === null ? null : Buffer.from(value) }))
  return new KeptRecord(
    { key: copy(keyStart, keyEnd), value: copy(valueStart, valueEnd), headers: own, offset, timestamp },
    cursor,
  )
}
