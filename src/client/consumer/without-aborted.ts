import { readTransactionMarker } from '../../records/control-batch.ts'
import { readBatchHeader } from '../../records/header.ts'

/** A transaction that was aborted, as an answer to Fetch names it: from its first offset in the partition to the marker that ends it. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/**
 * The batches without those of aborted transactions, in order.
 * @param batches whole ones, of one partition, one after the other
 * @param aborted those that may have records in `batches`; in any order
 * @throws RafkaError when a marker cannot be read
 */
export function withoutAborted(batches: readonly Buffer[], aborted: readonly AbortedTransaction[]): readonly Buffer[] {
  if (aborted.length === 0) return batches
  const coming = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset)
  /** Producers whose transaction at this place of the log was aborted. */
  const open = new Set<number>()
  let next = 0
  return batches.filter((batch) => {
    const { lastOffset, producerId, transactional, control } = readBatchHeader(batch)
    for (; next < coming.length; next += 1) {
      const transaction = coming[next]
      if (transaction === undefined || transaction.firstOffset > lastOffset) break
      open.add(transaction.producerId)
    }
    if (!control) return !(transactional && open.has(producerId))
    if (readTransactionMarker(batch)?.type === 'abort') open.delete(producerId)
    return true
  })
}
