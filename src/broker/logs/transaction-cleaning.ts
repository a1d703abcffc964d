import type { Codec } from '../../records/compression.ts'
import type { BatchHeader } from '../../records/header.ts'
import { rebuildBatch } from '../../records/rebuild-batch.ts'
import type { PartitionLog } from './partition-log.ts'

/** Whether a batch belongs to a transaction that was aborted: its records count for nothing. */
export function isAborted(
  log: PartitionLog,
  { transactional, producerId, baseOffset, lastOffset }: BatchHeader,
): boolean {
  if (!transactional) return false
  return log.transactions.abortedBetween(baseOffset, lastOffset + 1).some((one) => one.producerId === producerId)
}

/**
 * What becomes of the markers of a log that is compacted from its start on (`Cleaner`, `CleanedTransactionMetadata`): a marker stays while
 * something of its transaction is there, and then as long as a tombstone does (KIP-534), for a reader that has seen the beginning of the
 * transaction must see its end.
 */
export class TransactionCleaning {
  /** Producers of whose transaction something was kept since their last marker. */
  readonly #kept = new Set<number>()

  /** A batch of data stays. */
  kept({ transactional, producerId }: BatchHeader): void {
    if (transactional) this.#kept.add(producerId)
  }

  /**
   * The marker as it is to stay.
   * @param codec that of the marker, which is not compressed
   * @returns the same buffer when nothing changes; undefined when it goes
   */
  async marker(
    batch: Buffer,
    header: BatchHeader,
    codec: Codec,
    times: { readonly nowMs: number; readonly deleteRetentionMs: number },
  ): Promise<Buffer | undefined> {
    if (this.#kept.delete(header.producerId)) return batch
    if (header.hasDeleteHorizon) return times.nowMs >= header.baseTimestamp ? undefined : batch
    const deleteHorizonMs = Math.min(times.nowMs + times.deleteRetentionMs, Number.MAX_SAFE_INTEGER)
    return rebuildBatch(batch, codec, { decide: () => 'keep', deleteHorizonMs })
  }
}
