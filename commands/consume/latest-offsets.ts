import { RafkaError, type RecordCursor, type TopicPartition } from '../../src/index.ts'

/** Bytes of the keys, with what a map takes for each, at most. */
const MAX_BYTES = 512 * 1024 * 1024
const KEY_OVERHEAD_BYTES = 128

/** Where the last record of a key stands. */
interface Latest {
  partition: number
  offset: number
  timestamp: number
  isTombstone: boolean
}

/** Knows which record is the last of its key, of all those that it is shown: of one partition by offset, of several by time. Values are not kept. */
export class LatestOffsets {
  readonly #topics = new Map<string, Map<string, Latest>>()
  #bytes = 0
  /** Records that have no key. */
  withoutKey = 0

  /** @throws RafkaError `INVALID_ARGUMENT` when the keys are too many to keep */
  add(record: RecordCursor, { topic, partition }: TopicPartition): void {
    const key = keyOf(record)
    if (key === undefined) {
      this.withoutKey += 1
      return
    }
    const keys = this.#topics.get(topic) ?? new Map<string, Latest>()
    if (keys.size === 0) this.#topics.set(topic, keys)
    const { offset, timestamp, valueStart } = record
    const known = keys.get(key)
    if (known === undefined) {
      this.#bytes += key.length + KEY_OVERHEAD_BYTES
      if (this.#bytes > MAX_BYTES) throw tooMany()
      keys.set(key, { partition, offset, timestamp, isTombstone: valueStart < 0 })
    } else if (known.partition === partition || known.timestamp <= timestamp) {
      known.partition = partition
      known.offset = offset
      known.timestamp = timestamp
      known.isTombstone = valueStart < 0
    }
  }

  /** Whether the record is the last of its key, and no tombstone. */
  has(record: RecordCursor, { topic, partition }: TopicPartition): boolean {
    const key = keyOf(record)
    if (key === undefined) return false
    const latest = this.#topics.get(topic)?.get(key)
    return latest?.offset === record.offset && latest.partition === partition && !latest.isTombstone
  }

  /** The first offset of each partition that is the last of its key: nothing before has to be read again. */
  starts(): Array<TopicPartition & { readonly position: number }> {
    const starts: Array<TopicPartition & { readonly position: number }> = []
    for (const [topic, keys] of this.#topics) {
      const first = new Map<number, number>()
      for (const { partition, offset, isTombstone } of keys.values()) {
        if (!isTombstone) first.set(partition, Math.min(offset, first.get(partition) ?? offset))
      }
      for (const [partition, position] of first) starts.push({ topic, partition, position })
    }
    return starts
  }
}

/** One character a byte. */
function keyOf({ bytes, keyStart, keyEnd }: RecordCursor): string | undefined {
  return keyStart < 0 ? undefined : bytes.toString('latin1', keyStart, keyEnd)
}

function tooMany(): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `--latest-per-key: the keys take more than ${MAX_BYTES} bytes`, {
    details: { hint: 'take one partition at a time (-p), or a part of the log (-o)' },
  })
}
