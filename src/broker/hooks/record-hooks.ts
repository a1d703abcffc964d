import type { Hook, RecordEdit } from '../../core/hook.ts'
import type { Header } from '../../core/message.ts'
import type { RebuildEdit, RebuildRecord } from '../../records/rebuild-batch.ts'

/** What one hook says of one record. */
export type RecordChange = RecordEdit | 'drop'

/** A record as the next hook sees it: with the changes of those before. */
export interface HookedRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
}

/** Leads one record through hooks, one after the other, until one drops it. */
export async function runRecordHooks(
  record: RebuildRecord,
  hooks: readonly Hook[],
  ask: (hook: Hook, record: HookedRecord) => Promise<RecordChange | undefined>,
): Promise<'keep' | 'drop' | RebuildEdit> {
  let current: HookedRecord = { ...record, headers: record.headers() }
  let changed = false
  for (const hook of hooks) {
    const change = await ask(hook, current)
    if (change === undefined) continue
    if (change === 'drop') return 'drop'
    changed = true
    current = {
      ...current,
      key: change.key === undefined ? current.key : asBuffer(change.key),
      value: change.value === undefined ? current.value : asBuffer(change.value),
      headers: change.headers?.map(({ key, value }) => ({ key, value: asBuffer(value) })) ?? current.headers,
    }
  }
  return changed ? { key: current.key, value: current.value, headers: current.headers } : 'keep'
}

function asBuffer(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
