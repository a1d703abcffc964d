import type { Producer, RecordSlices } from '../../src/index.ts'
import type { InputRecord } from '../format/read/input-record.ts'

/** Where records go: a producer, or a transaction of one. */
export type RecordSender = Pick<Producer, 'send' | 'writer' | 'flush'>

/** Takes the records of the input. */
export interface RecordSink {
  /** Takes a record, of which nothing is kept. False: call `drained` before the next one. @throws RafkaError about this record */
  write(record: InputRecord): boolean
  /**
   * Takes records of one buffer, with nothing of their own but key and value. Left out: they come by `write` alone.
   * @returns how many, from `first`; the next one has to be given to `write`
   */
  writeMany?(source: Buffer, slices: RecordSlices, first: number, end: number): number
  /** Settles when there is room again. Rejects with the first error of a record taken before. */
  drained(): Promise<void>
  /** Sends what waits and settles when all is acknowledged. Rejects with the first error, then always. */
  flush(): Promise<void>
  readonly acknowledged: Acknowledged
}

/** First and last offset, by partition. */
export type PartitionExtents = ReadonlyMap<number, { readonly firstOffset: number; readonly lastOffset: number }>

/** What the broker has acknowledged so far. */
export interface Acknowledged {
  readonly records: number
  /** Records, counted from the first, that are acknowledged without a gap; 0 where that is not known. */
  readonly leading: number
  /** Bytes of keys and values. */
  readonly bytes: number
  readonly topics: ReadonlyMap<string, PartitionExtents>
}

/** What every record gets beside what it has itself. */
export interface RecordDefaults {
  /** Undefined: each record names its own. */
  readonly topic: string | undefined
  readonly partition: number | undefined
  readonly headers: ReadonlyArray<{ readonly key: string; readonly value: Uint8Array | null }>
}
