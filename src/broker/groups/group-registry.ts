import { RafkaError } from '../../core/errors.ts'
import { entryKeys, parseEntry } from '../entries.ts'
import { ClassicGroup } from './classic/classic-group.ts'
import { closeGroup } from './classic/close.ts'
import { expireMember } from './classic/leave.ts'
import { MemberSessions } from './classic/member-sessions.ts'
import type { ClassicContext } from './classic/rebalance.ts'
import { restoreClassicGroup, type StoredClassicGroup } from './classic/stored-classic-group.ts'
import type { GroupContext } from './group-context.ts'
import { parseOffsetEntry } from './offsets/committed-offset.ts'
import { GroupOffsets } from './offsets/group-offsets.ts'

/** Every group of the broker, in memory and in the store. */
export class GroupRegistry {
  /** For the rules of classic groups. */
  readonly classic: ClassicContext
  readonly #groups = new Map<string, ClassicGroup>()

  constructor(context: GroupContext) {
    this.classic = {
      ...context,
      sessions: new MemberSessions(context.clock, (group, member) => expireMember(this.classic, group, member)),
    }
  }

  /**
   * Reads the groups and their offsets. Members go on where they were, with a session of full length before them;
   * offsets of topics that are gone go too.
   */
  async load(): Promise<void> {
    const { storage, topics } = this.classic
    const offsets = new Map<string, GroupOffsets>()
    const orphans: string[] = []
    for (const [key, value] of await storage.entries(entryKeys.offsets)) {
      const { groupId, ...commit } = parseOffsetEntry(key, value)
      if (topics.byId(commit.topicId) === undefined) {
        orphans.push(key)
        continue
      }
      const ofGroup = offsets.get(groupId) ?? new GroupOffsets(groupId)
      ofGroup.restore(commit)
      offsets.set(groupId, ofGroup)
    }
    for (const [key, value] of await storage.entries(entryKeys.groups)) {
      const id = groupIdOf(key)
      this.#restore(id, parseEntry<StoredClassicGroup>(key, value), offsets.get(id) ?? new GroupOffsets(id))
      offsets.delete(id)
    }
    for (const [id, ofGroup] of offsets) this.#groups.set(id, this.#newClassic(id, ofGroup))
    if (orphans.length > 0) await storage.commit(orphans.map((remove) => ({ remove })))
  }

  get(id: string): ClassicGroup | undefined {
    return this.#groups.get(id)
  }

  all(): ClassicGroup[] {
    return [...this.#groups.values()]
  }

  /** The group of this id, made now if there is none. */
  getOrCreate(id: string): ClassicGroup {
    const existing = this.#groups.get(id)
    if (existing !== undefined) return existing
    const group = this.#newClassic(id, new GroupOffsets(id))
    this.#groups.set(id, group)
    return group
  }

  /**
   * Deletes a group without members, and its offsets. From the call on it is gone, so that one of the same name starts afresh.
   * @throws RafkaError `KAFKA_STORAGE_ERROR`: it is there as before
   */
  async delete(group: ClassicGroup): Promise<void> {
    const { storage, clock } = this.classic
    const removal = group.offsets.stageRemoval(group.offsets.places())
    this.#groups.delete(group.id)
    const { state } = group
    group.enter('Dead', clock.now())
    for (const timer of group.pendingMembers.values()) timer.cancel()
    group.pendingMembers.clear()
    try {
      await storage.commit([{ remove: entryKeys.group(group.id) }, ...removal.changes])
    } catch (error) {
      const successor = this.#groups.get(group.id)
      group.enter(state, clock.now())
      if (successor === undefined) this.#groups.set(group.id, group)
      else successor.offsets.adopt(group.offsets)
      throw error
    }
  }

  /** A topic is gone: nobody has come anywhere in it. */
  async forgetTopic(topicId: string): Promise<void> {
    const removals = this.all().map(({ offsets }) => offsets.stageRemoval(offsets.places(topicId)))
    const changes = removals.flatMap((removal) => removal.changes)
    if (changes.length === 0) return
    try {
      await this.classic.storage.commit(changes)
      for (const removal of removals) removal.apply()
    } catch (error) {
      // Nobody can ask for them any more, and the next start removes them.
      this.classic.logger('error', `offsets of topic ${topicId} were not removed: ${(error as Error).message}`)
    }
  }

  /** Sends waiting members away, to come again when the broker is back, and ends all timers. */
  close(): void {
    for (const group of this.#groups.values()) closeGroup(group, this.classic.clock.now())
  }

  #newClassic(id: string, offsets: GroupOffsets): ClassicGroup {
    return new ClassicGroup(id, offsets, this.classic.clock.now())
  }

  #restore(id: string, stored: StoredClassicGroup, offsets: GroupOffsets): void {
    const group = restoreClassicGroup(id, stored, offsets)
    for (const member of group.members.values()) this.classic.sessions.renew(group, member)
    this.#groups.set(id, group)
  }
}

/** @throws RafkaError `STORAGE_CORRUPT` */
function groupIdOf(key: string): string {
  try {
    return JSON.parse(key.slice(entryKeys.groups.length)) as string
  } catch (cause) {
    throw new RafkaError('STORAGE_CORRUPT', `entry "${key}" names no group; restore a backup`, { cause })
  }
}
