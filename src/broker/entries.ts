import { RafkaError } from '../core/errors.ts'
import type { StorageEngine } from '../core/storage-engine.ts'

/**
 * The small state of the broker in the storage engine: one key per thing, its value as JSON.
 *
 * | key | value |
 * |---|---|
 * | `broker/identity` | cluster id, and the secret that made-up credentials come from |
 * | `broker/configs` | dynamic configs |
 * | `group-configs/<group id as JSON>` | configs that a group has of its own |
 * | `broker/next-log` | number of the next log |
 * | `broker/next-producer-id` | first producer id that was never handed out |
 * | `topic/<topic id>` | name, partitions, configs |
 * | `producer/<log>/<producer id>` | epoch, the last five batches and the open transaction of a producer |
 * | `aborted/<log>/<offset of the marker>` | a transaction that was aborted in a log |
 * | `transaction/<transactional id>` | producer, epoch, and what belongs to its transaction |
 * | `cleaned/<log>` | how far compaction has come |
 * | `group/<group id as JSON>` | type, members, epochs and assignments of a group |
 * | `member/<group id as JSON>/<member id as JSON>` | a member of a group of the new protocol, with its epochs and assignment |
 * | `offset/<group id as JSON>/<topic id>/<partition>` | how far a group has come in a partition |
 * | `credential/<[mechanism, user] as JSON>` | what is kept of a user's password |
 */
export const entryKeys = {
  identity: 'broker/identity',
  configs: 'broker/configs',
  groupConfigs: 'group-configs/',
  groupConfigsOf: (groupId: string) => `group-configs/${JSON.stringify(groupId)}`,
  nextLog: 'broker/next-log',
  nextProducerId: 'broker/next-producer-id',
  topics: 'topic/',
  topic: (topicId: string) => `topic/${topicId}`,
  producers: 'producer/',
  producersOf: (log: number) => `producer/${log}/`,
  producer: (log: number, producerId: number) => `producer/${log}/${producerId}`,
  aborted: 'aborted/',
  abortedOf: (log: number) => `aborted/${log}/`,
  abortedAt: (log: number, lastOffset: number) => `aborted/${log}/${lastOffset}`,
  transactions: 'transaction/',
  transaction: (transactionalId: string) => `transaction/${transactionalId}`,
  cleaned: (log: number) => `cleaned/${log}`,
  groups: 'group/',
  group: (groupId: string) => `group/${JSON.stringify(groupId)}`,
  members: 'member/',
  member: (groupId: string, memberId: string) => `member/${JSON.stringify(groupId)}/${JSON.stringify(memberId)}`,
  offsets: 'offset/',
  offset: (groupId: string, topicId: string, partition: number) =>
    `offset/${JSON.stringify(groupId)}/${topicId}/${partition}`,
  credentials: 'credential/',
  credential: (mechanism: string, user: string) => `credential/${JSON.stringify([mechanism, user])}`,
} as const

/** The change that sets an entry to `value`, which must be plain JSON. */
export function putEntry(key: string, value: unknown): { readonly put: string; readonly value: Buffer } {
  return { put: key, value: Buffer.from(JSON.stringify(value)) }
}

/**
 * Reads back what `putEntry` wrote.
 * @throws RafkaError `STORAGE_CORRUPT` when it is not JSON
 */
export function parseEntry<T>(key: string, value: Uint8Array): T {
  try {
    return JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()) as T
  } catch (cause) {
    throw new RafkaError('STORAGE_CORRUPT', `entry "${key}" is damaged: it is not JSON; restore a backup`, {
      cause,
      details: { key },
    })
  }
}

/** The entry with exactly this key. */
export async function readEntry<T>(storage: StorageEngine, key: string): Promise<T | undefined> {
  const found = (await storage.entries(key)).find(([name]) => name === key)
  return found === undefined ? undefined : parseEntry<T>(key, found[1])
}
