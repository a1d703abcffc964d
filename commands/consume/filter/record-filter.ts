import type { RecordCursor, TopicPartition } from '../../../src/index.ts'

/** Whether the record that a cursor stands on is wanted. */
export type RecordFilter = (record: RecordCursor, source: TopicPartition) => boolean

/** What all of the filters want; undefined: everything. */
export function allOf(filters: readonly RecordFilter[]): RecordFilter | undefined {
  const [first, ...others] = filters
  if (first === undefined || others.length === 0) return first
  return (record, source) => filters.every((filter) => filter(record, source))
}
