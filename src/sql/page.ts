/** Columns of a topic's table, in order. */
export const topicColumns = ['topic', 'partition', 'offset', 'timestamp', 'key', 'value', 'headers', 'size'] as const

export type TopicColumn = (typeof topicColumns)[number]

/** Records of one partition on their way to SQLite: column by column, and only the columns that the statement looks at. */
export interface Page {
  readonly partition: number
  readonly count: number
  readonly offsets: Float64Array | undefined
  readonly timestamps: Float64Array | undefined
  readonly sizes: Float64Array | undefined
  /** Of key, value and headers, those that are wanted, one after the other: bytes of each record; -1 is null. */
  readonly lengths: Int32Array | undefined
  readonly bytes: Uint8Array | undefined
}

/** Those of a record's parts that are bytes, in the order in which a page has them. */
export const byteColumns = ['key', 'value', 'headers'] as const satisfies readonly TopicColumn[]
