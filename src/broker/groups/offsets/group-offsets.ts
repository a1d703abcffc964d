import type { Change } from '../../../core/storage-engine.ts'
import { entryKeys, putEntry } from '../../entries.ts'
import { type CommittedOffset, type OffsetCommit, storedOffset } from './committed-offset.ts'
import { PendingOffsets } from './pending-offsets.ts'

/** A change of offsets that was decided but is not durable yet. Exactly one of `apply` and `cancel` ends it. */
export interface StagedOffsets {
  /** For the storage engine: alone, or in one commit with others. */
  readonly changes: readonly Change[]
  /** The commit has resolved: from now on readers see it. */
  apply(): void
  /** The commit has failed: nothing has changed. */
  cancel(): void
}

/** A partition, by the id of its topic. */
export interface Place {
  readonly topicId: string
  readonly partition: number
}

/**
 * The committed offsets of one group, by topic id, so that a topic that is created again starts without any.
 * Readers see what is durable. Stagings are applied in the order in which they were made, as the storage engine resolves commits.
 */
export class GroupOffsets {
  readonly pending = new PendingOffsets()
  readonly #groupId: string
  readonly #topics = new Map<string, Map<number, CommittedOffset>>()
  /** Places with a commit under way, so that a removal behind it takes them too. */
  readonly #underWay = new Map<string, { readonly place: Place; count: number }>()

  constructor(groupId: string) {
    this.#groupId = groupId
  }

  /** True when nothing is committed or about to be. */
  get isEmpty(): boolean {
    return this.#topics.size === 0 && this.#underWay.size === 0 && this.pending.isEmpty
  }

  get(topicId: string, partition: number): CommittedOffset | undefined {
    return this.#topics.get(topicId)?.get(partition)
  }

  /** Partitions of each topic that has any, by topic id. */
  get byTopic(): ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>> {
    return this.#topics
  }

  /** Puts back what was stored. */
  restore({ topicId, partition, ...committed }: OffsetCommit): void {
    this.#set(topicId, partition, committed)
  }

  /** Takes over what is still stored of a group of this name that could not be deleted, where there is nothing newer. */
  adopt(older: GroupOffsets): void {
    for (const [topicId, partitions] of older.byTopic) {
      for (const [partition, committed] of partitions) {
        if (this.get(topicId, partition) === undefined) this.#set(topicId, partition, committed)
      }
    }
  }

  /** Stages new offsets. */
  stage(commits: readonly OffsetCommit[]): StagedOffsets {
    for (const place of commits) this.#begin(place)
    const end = () => {
      for (const place of commits) this.#end(place)
    }
    return {
      changes: commits.map((commit) =>
        putEntry(entryKeys.offset(this.#groupId, commit.topicId, commit.partition), storedOffset(commit)),
      ),
      apply: () => {
        for (const commit of commits) this.restore(commit)
        end()
      },
      cancel: end,
    }
  }

  /** Stages that offsets are forgotten. Places without one are passed over. */
  stageRemoval(places: Iterable<Place>): StagedOffsets {
    const removed = [...places].filter(
      ({ topicId, partition }) =>
        this.get(topicId, partition) !== undefined || this.#underWay.has(placeName({ topicId, partition })),
    )
    return {
      changes: removed.map(({ topicId, partition }) => ({
        remove: entryKeys.offset(this.#groupId, topicId, partition),
      })),
      apply: () => {
        for (const { topicId, partition } of removed) this.#delete(topicId, partition)
      },
      cancel: () => {},
    }
  }

  /** Whether a commit for the partition is not durable yet. */
  isUnderWay(topicId: string, partition: number): boolean {
    return this.#underWay.has(placeName({ topicId, partition }))
  }

  /** Every partition with an offset, also one whose commit is under way; of one topic when it is named. */
  *places(ofTopicId?: string): Generator<Place> {
    for (const [topicId, partitions] of this.#topics) {
      if (ofTopicId !== undefined && topicId !== ofTopicId) continue
      for (const partition of partitions.keys()) yield { topicId, partition }
    }
    for (const { place } of this.#underWay.values()) {
      const known = this.get(place.topicId, place.partition) !== undefined
      if (!known && (ofTopicId === undefined || place.topicId === ofTopicId)) yield place
    }
  }

  #set(topicId: string, partition: number, committed: CommittedOffset): void {
    const partitions = this.#topics.get(topicId) ?? new Map<number, CommittedOffset>()
    this.#topics.set(topicId, partitions.set(partition, committed))
  }

  #delete(topicId: string, partition: number): void {
    const partitions = this.#topics.get(topicId)
    partitions?.delete(partition)
    if (partitions?.size === 0) this.#topics.delete(topicId)
  }

  #begin({ topicId, partition }: Place): void {
    const name = placeName({ topicId, partition })
    const underWay = this.#underWay.get(name) ?? { place: { topicId, partition }, count: 0 }
    underWay.count++
    this.#underWay.set(name, underWay)
  }

  #end({ topicId, partition }: Place): void {
    const name = placeName({ topicId, partition })
    const underWay = this.#underWay.get(name)
    if (underWay !== undefined && --underWay.count === 0) this.#underWay.delete(name)
  }
}

/** A place as one string. */
export function placeName({ topicId, partition }: Place): string {
  return `${topicId}/${partition}`
}
