import type { Header, RecordCursor, TimestampType } from '../../../src/index.ts'

/** What a kept record is made of. */
export interface RecordParts {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
  readonly offset: number
  readonly timestamp: number
}

const nothing = Buffer.alloc(0)

/** A record of its own, to be rendered as one that a cursor stands on. */
export class KeptRecord implements RecordCursor {
  readonly bytes: Buffer
  readonly offset: number
  readonly timestamp: number
  readonly timestampType: TimestampType
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly leaderEpoch: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly attributes: number
  readonly #headers: readonly Header[]

  /** @param batch what is known of the batch that it came from */
  constructor({ key, value, headers, offset, timestamp }: RecordParts, batch?: RecordCursor) {
    const keyBytes = key?.length ?? 0
    this.bytes = key === null ? (value ?? nothing) : Buffer.concat([key, value ?? nothing])
    this.offset = offset
    this.timestamp = timestamp
    this.timestampType = batch?.timestampType ?? 'create'
    this.keyStart = key === null ? -1 : 0
    this.keyEnd = keyBytes
    this.valueStart = value === null ? -1 : keyBytes
    this.valueEnd = keyBytes + (value?.length ?? 0)
    this.leaderEpoch = batch?.leaderEpoch ?? -1
    this.producerId = batch?.producerId ?? -1
    this.producerEpoch = batch?.producerEpoch ?? -1
    this.attributes = batch?.attributes ?? 0
    this.#headers = headers
  }

  get headerCount(): number {
    return this.#headers.length
  }

  headers(): Header[] {
    return [...this.#headers]
  }

  next(): boolean {
    return false
  }
}
