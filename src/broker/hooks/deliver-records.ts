import type { Hook } from '../../core/hook.ts'
import { loadCodec } from '../../records/compression.ts'
import { readBatchHeader } from '../../records/header.ts'
import { rebuildBatch } from '../../records/rebuild-batch.ts'
import type { BrokerState } from '../broker-state.ts'
import type { PartitionLog } from '../logs/partition-log.ts'
import { runRecordHooks } from './record-hooks.ts'

/**
 * Leads batches on their way to a consumer through `onDeliver` of the hooks that want their topic. A batch of which all records are dropped
 * goes out as its header alone, so that the consumer moves on.
 */
export async function deliver(
  state: BrokerState,
  log: PartitionLog,
  batches: readonly Buffer[],
): Promise<readonly Buffer[]> {
  const hooks = state.hooks.wanting('onDeliver', log.topic)
  if (hooks.length === 0 || batches.length === 0) return batches
  const { topic, partition } = log
  const slow = new Set<Hook>()
  const delivered: Buffer[] = []
  for (const batch of batches) {
    const header = readBatchHeader(batch)
    if (header.control || header.compression === undefined) {
      delivered.push(batch)
      continue
    }
    const { timestampType } = header
    const rebuilt = await rebuildBatch(batch, await loadCodec(header.compression), {
      decide: (record) =>
        runRecordHooks(record, hooks, (hook, { offset, timestamp, key, value, headers }) =>
          state.hooks.ask(
            hook,
            'onDeliver',
            () => hook.onDeliver?.({ topic, partition, offset, timestamp, timestampType, key, value, headers }),
            slow,
          ),
        ),
    })
    delivered.push(rebuilt)
  }
  return delivered
}
