import type { Hook } from '../../core/hook.ts'
import type { Codec } from '../../records/compression.ts'
import { rebuildBatch } from '../../records/rebuild-batch.ts'
import type { BrokerState } from '../broker-state.ts'
import { refusal } from './hook-runner.ts'
import { type RecordChange, runRecordHooks } from './record-hooks.ts'

/**
 * Leads the records of a batch through `onAppend` of the hooks that want its topic. A dropped record leaves a gap in the offsets.
 * @returns the same buffer when they changed nothing
 * @throws RafkaError the refusal of a hook: the batch fails
 */
export async function runAppendHooks(
  state: BrokerState,
  topic: string,
  partition: number,
  batch: Buffer,
  codec: Codec,
): Promise<Buffer> {
  const hooks = state.hooks.wanting('onAppend', topic)
  if (hooks.length === 0) return batch
  const slow = new Set<Hook>()
  return rebuildBatch(batch, codec, {
    decide: (record) =>
      runRecordHooks(
        record,
        hooks,
        async (hook, { timestamp, key, value, headers }): Promise<RecordChange | undefined> => {
          const verdict = await state.hooks.ask(
            hook,
            'onAppend',
            () => hook.onAppend?.({ topic, partition, timestamp, key, value, headers }),
            slow,
          )
          if (verdict !== undefined && verdict !== 'drop' && 'refuse' in verdict) throw refusal(hook, verdict)
          return verdict
        },
      ),
  })
}
