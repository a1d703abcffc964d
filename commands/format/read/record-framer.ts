import type { RecordSlices } from '../../../src/index.ts'
import type { InputRecord } from './input-record.ts'

/** Cuts input into records and reads each, without an object per record. */
export interface RecordFramer {
  /** The record that was read last; used again for the next one. */
  readonly record: InputRecord
  /** What records are cut from. Those that were read from it stay there until `push`. */
  readonly source: Buffer
  /** What a record is called where one is wrong. */
  readonly noun: 'line' | 'record'
  /** Whether the input can go on behind a record that is wrong. */
  readonly canSkip: boolean
  /** The record that it stands on is nothing at all. */
  readonly isEmpty: boolean
  /** Bytes of the record that is not yet complete. */
  readonly pendingBytes: number
  /** Adds input. All complete records must have been taken. The chunk must stay unchanged until they are. */
  push(chunk: Buffer): void
  /** Moves to the next complete record; false when there is none yet. */
  next(): boolean
  /**
   * Moves over complete records of which nothing need be read: `slices` gets the positions in `source` of each, from number `first` to before `end`, as
   * `RecordWriter.writeMany` takes them.
   * @returns how many: 0 where `next` is to be asked. Left out where each record has to be read
   */
  readonly nextMany?: ((slices: RecordSlices, first: number, end: number) => number) | undefined
  /** Moves to what stands after the last delimiter, when the input has ended; false when there is nothing. */
  last(): boolean
  /** Stands on all of these bytes as one record, whatever is in them. */
  stand(bytes: Buffer): void
  /** Reads the record that it stands on. @throws RafkaError `INVALID_ARGUMENT` about this record */
  read(): void
  /** Forgets the record that is not yet complete: what is still to come of it is no record. */
  dropPending(): void
}
