import { isUtf8 } from 'node:buffer'
import { byteColumns, type Page, type TopicColumn, topicColumns } from '../page.ts'
import type { SqlValue } from '../sql-value.ts'

const place = Object.fromEntries(topicColumns.map((name, at) => [name, at])) as Record<TopicColumn, number>

/** A row for SQLite, in the order of `topicColumns`: used again for the next one. What is not wanted stays null. */
export function emptyRow(topic: string): SqlValue[] {
  const row: SqlValue[] = topicColumns.map(() => null)
  row[place.topic] = topic
  return row
}

/** Fills `row` with record after record of the page. */
export function* pageRows(page: Page, columns: readonly TopicColumn[], row: SqlValue[]): Iterable<SqlValue[]> {
  const { count, offsets, timestamps, sizes, lengths } = page
  const bytes = page.bytes === undefined ? Buffer.alloc(0) : Buffer.from(page.bytes.buffer)
  const wanted = byteColumns.filter((name) => columns.includes(name)).map((name) => place[name])
  // SQLite takes a JavaScript number for a real one.
  row[place.partition] = BigInt(page.partition)
  let at = 0
  let length = 0
  for (let record = 0; record < count; record++) {
    if (offsets !== undefined) row[place.offset] = BigInt(offsets[record]!)
    if (timestamps !== undefined) row[place.timestamp] = BigInt(timestamps[record]!)
    if (sizes !== undefined) row[place.size] = BigInt(sizes[record]!)
    for (const column of wanted) {
      const size = lengths![length++]!
      row[column] = size < 0 ? null : textOrBytes(bytes, at, at + size)
      if (size > 0) at += size
    }
    yield row
  }
}

/** Text where the bytes are UTF-8. A replacement character tells of those that are not, unless it stood there itself. */
function textOrBytes(bytes: Buffer, start: number, end: number): string | Buffer {
  const text = bytes.toString('utf8', start, end)
  if (!text.includes('\ufffd')) return text
  const slice = bytes.subarray(start, end)
  return isUtf8(slice) ? text : slice
}
