import { RafkaError } from '../../../core/errors.ts'
import { parseEntry } from '../../entries.ts'

/** How far a group has come in one partition. */
export interface CommittedOffset {
  /** Of the record to read next. */
  readonly offset: number
  /** Leader epoch of the last record read; -1: not told. */
  readonly leaderEpoch: number
  /** The client's own text; Kafka stores "" where none was given. */
  readonly metadata: string
  /** By the broker's clock, in ms. */
  readonly committedAtMs: number
  /** When it goes whatever the group does (`retention_time_ms` of old clients), in ms; null: as the broker's configs say. */
  readonly expiresAtMs: number | null
}

/** A committed offset and where it is of. */
export interface OffsetCommit extends CommittedOffset {
  readonly topicId: string
  readonly partition: number
}

type Stored = readonly [
  offset: number,
  leaderEpoch: number,
  metadata: string,
  committedAtMs: number,
  expiresAtMs: number | null,
]

/** The value of its entry, as plain JSON. */
export function storedOffset(commit: CommittedOffset): Stored {
  return [commit.offset, commit.leaderEpoch, commit.metadata, commit.committedAtMs, commit.expiresAtMs]
}

/**
 * Reads back an entry of a committed offset.
 * @throws RafkaError `STORAGE_CORRUPT`
 */
export function parseOffsetEntry(key: string, value: Uint8Array): OffsetCommit & { readonly groupId: string } {
  // The group's id may have slashes, what follows it has none.
  const found = /^offset\/(".*")\/([^/]+)\/(\d+)$/s.exec(key)
  if (found === null) {
    throw new RafkaError('STORAGE_CORRUPT', `entry "${key}" names no offset of a group; restore a backup`)
  }
  const [, group, topicId, partition] = found
  const [offset, leaderEpoch, metadata, committedAtMs, expiresAtMs] = parseEntry<Stored>(key, value)
  return {
    groupId: JSON.parse(group!) as string,
    topicId: topicId!,
    partition: Number(partition),
    offset,
    leaderEpoch,
    metadata,
    committedAtMs,
    expiresAtMs,
  }
}
