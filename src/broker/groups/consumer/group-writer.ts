import { RafkaError } from '../../../core/errors.ts'
import type { Change, StorageEngine } from '../../../core/storage-engine.ts'
import { entryKeys } from '../../entries.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { putConsumerGroup, putConsumerMember } from './stored-consumer-group.ts'

/** What of one group is not on the disk yet. */
interface Unsaved {
  group: boolean
  /** Members that have changed, or are gone. */
  readonly members: Set<string>
  /** Settles when all is durable that was changed so far. */
  last: Promise<void> | undefined
}

/**
 * Writes groups as they change: only what has changed, all of one request in one commit. Nobody is told of anything that is not durable: an
 * answer waits for what was changed before it, too, and what could not be written is written with what follows.
 */
export class GroupWriter {
  readonly #storage: StorageEngine
  readonly #unsaved = new WeakMap<ConsumerGroup, Unsaved>()

  constructor(storage: StorageEngine) {
    this.#storage = storage
  }

  /** The epochs of the group have changed. */
  noteGroup(group: ConsumerGroup): void {
    this.#of(group).group = true
  }

  /** A member has changed, has come, or is gone. */
  noteMember(group: ConsumerGroup, memberId: string): void {
    this.#of(group).members.add(memberId)
  }

  /**
   * Settles when the group is durable as it is now.
   * @throws RafkaError `COORDINATOR_NOT_AVAILABLE` when the disk does not take it: the client is to try again
   */
  save(group: ConsumerGroup): Promise<void> {
    const unsaved = this.#of(group)
    const changes = changesOf(group, unsaved)
    if (changes.length === 0) return unsaved.last ?? Promise.resolve()
    const withGroup = unsaved.group
    const members = [...unsaved.members]
    unsaved.group = false
    unsaved.members.clear()
    const commit = this.#storage.commit(changes).catch((cause: unknown) => {
      unsaved.group ||= withGroup
      for (const id of members) unsaved.members.add(id)
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new RafkaError('COORDINATOR_NOT_AVAILABLE', `group "${group.id}" was not written: ${why}`, { cause })
    })
    const last = Promise.all([unsaved.last, commit]).then(() => {})
    unsaved.last = last
    const done = () => {
      if (unsaved.last === last) unsaved.last = undefined
    }
    last.then(done, done)
    return last
  }

  #of(group: ConsumerGroup): Unsaved {
    const known = this.#unsaved.get(group)
    if (known !== undefined) return known
    const unsaved: Unsaved = { group: false, members: new Set(), last: undefined }
    this.#unsaved.set(group, unsaved)
    return unsaved
  }
}

function changesOf(group: ConsumerGroup, unsaved: Unsaved): Change[] {
  const changes: Change[] = unsaved.group ? [putConsumerGroup(group)] : []
  for (const id of unsaved.members) {
    const member = group.members.get(id)
    changes.push(member === undefined ? { remove: entryKeys.member(group.id, id) } : putConsumerMember(group, member))
  }
  return changes
}
