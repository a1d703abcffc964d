import type { ConsumerOptions } from '../../src/index.ts'
import type { RecordRenderer } from '../format/print/record-renderer.ts'
import type { RecordFilter } from './filter/record-filter.ts'
import type { OffsetRange, Place } from './parse-offsets.ts'

/** Where to begin, and where to end if anywhere. `stored`: where the group stands. */
export interface ConsumeRange extends Omit<OffsetRange, 'from'> {
  readonly from: Place | 'stored'
}

/** What `rafka consume` was asked to do. */
export interface ConsumeRequest {
  readonly topics: readonly string[]
  /** Topics that are read too when they come. */
  readonly matching: ConsumerOptions['matching']
  readonly partitions: readonly number[] | undefined
  readonly range: ConsumeRange
  /** Whose offsets are gone on from, and committed. */
  readonly group: string | undefined
  readonly isolation: ConsumerOptions['isolation']
  /** Undefined: all records. */
  readonly filter: RecordFilter | undefined
  /** Stop after so many. */
  readonly limit: number | undefined
  /** Fewer are a failure. */
  readonly expected: number | undefined
  /** Stop when nothing came for so many ms. */
  readonly idleMs: number | undefined
  readonly render: RecordRenderer
}
