import type { Header, RecordCursor } from '../../../src/index.ts'

/** A record to print: what is left out is null, empty or zero. */
export interface FakeRecord {
  readonly key?: Buffer | null
  readonly value?: Buffer | null
  readonly headers?: readonly Header[]
  readonly offset?: number
  readonly timestamp?: number
}

/** A cursor that stands on one record. */
export function cursorOn({
  key = null,
  value = null,
  headers = [],
  offset = 0,
  timestamp = 0,
}: FakeRecord): RecordCursor {
  const bytes = Buffer.concat([Buffer.from('##'), key ?? Buffer.alloc(0), Buffer.from('##'), value ?? Buffer.alloc(0)])
  const keyStart = key === null ? -1 : 2
  const valueStart = value === null ? -1 : 4 + (key?.length ?? 0)
  return {
    next: () => false,
    bytes,
    offset,
    timestamp,
    timestampType: 'create',
    keyStart,
    keyEnd: key === null ? -1 : keyStart + key.length,
    valueStart,
    valueEnd: value === null ? -1 : valueStart + value.length,
    leaderEpoch: 3,
    producerId: 7,
    producerEpoch: 1,
    attributes: 0,
    headerCount: headers.length,
    headers: () => [...headers],
  }
}
