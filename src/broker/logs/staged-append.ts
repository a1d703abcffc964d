import type { Change, StoredBatch } from '../../core/storage-engine.ts'
import { stampBatch } from '../../records/header.ts'
import { LEADER_EPOCH } from './leader-epoch.ts'
import type { EndedTransaction } from './log-transactions.ts'
import type { PartitionLog } from './partition-log.ts'
import type { DuplicateBatch } from './producer-states.ts'

/** A batch that has its offsets and waits for its commit. */
export interface StagedAppend {
  readonly log: PartitionLog
  readonly baseOffset: number
  readonly lastOffset: number
  /** -1 unless the broker set the time of the records. */
  readonly logAppendTimeMs: number
  /** Empty for a duplicate. */
  readonly changes: readonly Change[]
  readonly sizeBytes: number
  readonly duplicate: boolean
  /** The transaction that it ends: it is a marker. */
  readonly ended?: EndedTransaction | undefined
}

/** What of a batch's header counts when it is given its offsets. */
interface Extent {
  readonly lastOffsetDelta: number
  readonly maxTimestamp: number
}

/** Gives a batch its place at the end of the log, patching it into its bytes. `also` is committed with it. */
export function stageAppend(
  log: PartitionLog,
  bytes: Buffer,
  { lastOffsetDelta, maxTimestamp }: Extent,
  also: readonly Change[],
  rest: Pick<StagedAppend, 'logAppendTimeMs' | 'ended'>,
): StagedAppend {
  const baseOffset = log.end
  const lastOffset = baseOffset + lastOffsetDelta
  stampBatch(bytes, baseOffset, LEADER_EPOCH)
  const stored: StoredBatch = { baseOffset, lastOffset, maxTimestamp, bytes }
  const changes: Change[] = [{ append: log.id, batch: stored }, ...also]
  return { log, baseOffset, lastOffset, changes, sizeBytes: bytes.length, duplicate: false, ...rest }
}

/** The answer to a batch that is there already (`UnifiedLog.append`): its own time is given as that of the append. */
export function duplicateAppend(
  log: PartitionLog,
  { baseOffset, lastOffset, timestamp }: DuplicateBatch,
): StagedAppend {
  return { log, baseOffset, lastOffset, logAppendTimeMs: timestamp, changes: [], sizeBytes: 0, duplicate: true }
}
