import { RafkaError } from '../../core/errors.ts'
import type { Change } from '../../core/storage-engine.ts'
import { entryKeys, parseEntry } from '../entries.ts'
import { ClassicGroup } from './classic/classic-group.ts'
import { closeGroup } from './classic/close.ts'
import { expireMember } from './classic/leave.ts'
import { MemberSessions } from './classic/member-sessions.ts'
import type { ClassicContext } from './classic/rebalance.ts'
import { putClassicGroup, restoreClassicGroup, type StoredClassicGroup } from './classic/stored-classic-group.ts'
import type { ConsumerContext } from './consumer/consumer-context.ts'
import { ConsumerGroup } from './consumer/consumer-group.ts'
import { GroupWriter } from './consumer/group-writer.ts'
import { expireMember as expireConsumer } from './consumer/leave.ts'
import { MemberTimers } from './consumer/member-timers.ts'
import {
  restoreConsumerGroup,
  type StoredConsumerGroup,
  type StoredConsumerMember,
} from './consumer/stored-consumer-group.ts'
import { TopicPatterns } from './consumer/topic-patterns.ts'
import type { GroupContext } from './group-context.ts'
import { parseOffsetEntry } from './offsets/committed-offset.ts'
import { GroupOffsets } from './offsets/group-offsets.ts'

/** A group of either protocol. */
export type Group = ClassicGroup | ConsumerGroup

/** Every group of the broker, in memory and in the store. */
export class GroupRegistry {
  /** For the rules of classic groups. */
  readonly classic: ClassicContext
  /** For the rules of groups of the new protocol. */
  readonly consumer: ConsumerContext
  readonly #groups = new Map<string, Group>()

  constructor(context: GroupContext) {
    this.classic = {
      ...context,
      sessions: new MemberSessions(context.clock, (group, member) => expireMember(this.classic, group, member)),
    }
    this.consumer = {
      ...context,
      writer: new GroupWriter(context.storage),
      timers: new MemberTimers(context.clock, context.configs, (...expired) =>
        expireConsumer(this.consumer, ...expired),
      ),
      patterns: new TopicPatterns(context.topics),
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
    const members = await this.#storedMembers()
    for (const [key, value] of await storage.entries(entryKeys.groups)) {
      const id = groupIdOf(key)
      const stored = parseEntry<StoredClassicGroup | StoredConsumerGroup>(key, value)
      const ofGroup = offsets.get(id) ?? new GroupOffsets(id)
      if (stored.type === 'classic') this.#restoreClassic(id, stored, ofGroup)
      else {
        this.#restoreConsumer(id, stored, members.get(id) ?? [], ofGroup)
        members.delete(id)
      }
      offsets.delete(id)
    }
    // Members whose removal did not reach the disk, of groups that are gone since.
    for (const left of members.values()) for (const { groupId, id } of left) orphans.push(entryKeys.member(groupId, id))
    for (const [id, ofGroup] of offsets) this.#groups.set(id, this.#newClassic(id, ofGroup))
    if (orphans.length > 0) await storage.commit(orphans.map((remove) => ({ remove })))
  }

  get(id: string): Group | undefined {
    return this.#groups.get(id)
  }

  all(): Group[] {
    return [...this.#groups.values()]
  }

  /** The group of this id, made now if there is none: of the classic protocol, as one is that has nothing but offsets. */
  getOrCreate(id: string): Group {
    const existing = this.#groups.get(id)
    if (existing !== undefined) return existing
    const group = this.#newClassic(id, new GroupOffsets(id))
    this.#groups.set(id, group)
    return group
  }

  /**
   * The group of the classic protocol to join, made now if there is none. A group of the new protocol that has no members becomes one.
   * @throws RafkaError `INCONSISTENT_GROUP_PROTOCOL`
   */
  classicToJoin(id: string): ClassicGroup {
    const existing = this.#groups.get(id)
    if (existing?.type === 'classic') return existing
    if (existing !== undefined && existing.state !== 'Empty') {
      throw new RafkaError('INCONSISTENT_GROUP_PROTOCOL', `group "${id}" has members of the consumer protocol`)
    }
    const group = this.#newClassic(id, existing?.offsets ?? new GroupOffsets(id))
    this.#groups.set(id, group)
    if (existing !== undefined) this.#storeSuccessor(group)
    return group
  }

  /**
   * The group of the new protocol that a member joins, made now if there is none. A classic group that has no members becomes one.
   * @throws RafkaError `GROUP_ID_NOT_FOUND`
   */
  consumerToJoin(id: string): ConsumerGroup {
    const existing = this.#groups.get(id)
    if (existing?.type === 'consumer') return existing
    if (existing !== undefined && existing.state !== 'Empty') {
      throw new RafkaError('GROUP_ID_NOT_FOUND', `group "${id}" has members of the classic protocol`)
    }
    if (existing !== undefined) this.#bury(existing)
    const group = new ConsumerGroup(id, existing?.offsets ?? new GroupOffsets(id))
    this.#groups.set(id, group)
    return group
  }

  /**
   * Deletes a group without members, and its offsets. From the call on it is gone, so that one of the same name starts afresh.
   * @param also what else belongs to the same commit
   * @throws RafkaError `KAFKA_STORAGE_ERROR`: it is there as before
   */
  async delete(group: Group, also: readonly Change[] = []): Promise<void> {
    const { storage } = this.classic
    const removal = group.offsets.stageRemoval(group.offsets.places())
    this.#groups.delete(group.id)
    const revive = this.#bury(group)
    try {
      await storage.commit([{ remove: entryKeys.group(group.id) }, ...removal.changes, ...also])
    } catch (error) {
      const successor = this.#groups.get(group.id)
      revive()
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
    for (const group of this.#groups.values()) {
      if (group.type === 'classic') closeGroup(group, this.classic.clock.now())
      else for (const member of group.members.values()) member.cancelTimers()
    }
  }

  /** It is deleted: whoever still holds it sees that. @returns what makes it as it was */
  #bury(group: Group): () => void {
    const { clock } = this.classic
    if (group.type === 'consumer') {
      group.isDeleted = true
      return () => {
        group.isDeleted = false
      }
    }
    const { state } = group
    group.enter('Dead', clock.now())
    for (const timer of group.pendingMembers.values()) timer.cancel()
    group.pendingMembers.clear()
    return () => group.enter(state, clock.now())
  }

  /** What was stored of the group of the other protocol must not come back. */
  #storeSuccessor(group: ClassicGroup): void {
    this.classic.storage.commit([putClassicGroup(group)]).catch((error: Error) => {
      this.classic.logger('error', `entry "${entryKeys.group(group.id)}" was not written: ${error.message}`)
    })
  }

  #newClassic(id: string, offsets: GroupOffsets): ClassicGroup {
    return new ClassicGroup(id, offsets, this.classic.clock.now())
  }

  #restoreClassic(id: string, stored: StoredClassicGroup, offsets: GroupOffsets): void {
    const group = restoreClassicGroup(id, stored, offsets)
    for (const member of group.members.values()) this.classic.sessions.renew(group, member)
    this.#groups.set(id, group)
  }

  #restoreConsumer(
    id: string,
    stored: StoredConsumerGroup,
    members: readonly StoredConsumerMember[],
    offsets: GroupOffsets,
  ): void {
    const group = restoreConsumerGroup(id, stored, members, offsets)
    for (const member of group.members.values()) {
      this.consumer.timers.renewSession(group, member)
      this.consumer.timers.watchRevocation(group, member)
    }
    this.#groups.set(id, group)
  }

  async #storedMembers(): Promise<Map<string, StoredConsumerMember[]>> {
    const byGroup = new Map<string, StoredConsumerMember[]>()
    for (const [key, value] of await this.consumer.storage.entries(entryKeys.members)) {
      const stored = parseEntry<StoredConsumerMember>(key, value)
      const ofGroup = byGroup.get(stored.groupId)
      if (ofGroup === undefined) byGroup.set(stored.groupId, [stored])
      else ofGroup.push(stored)
    }
    return byGroup
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
