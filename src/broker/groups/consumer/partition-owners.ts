import type { Standing } from './consumer-member.ts'

/** Which member has each partition of a group, also while it is to give it up: nobody else gets it before. */
export class PartitionOwners {
  readonly #owners = new Map<string, Map<number, string>>()

  /** Whether the member could have the partition now. */
  isFreeFor(memberId: string, topicId: string, partition: number): boolean {
    const owner = this.#owners.get(topicId)?.get(partition)
    return owner === undefined || owner === memberId
  }

  /** A member has gone from one standing to another; undefined: from nothing, to nothing. */
  move(memberId: string, from: Standing | undefined, to: Standing | undefined): void {
    for (const held of [from?.assigned, from?.revoking]) {
      for (const [topicId, partitions] of held ?? []) {
        const owners = this.#owners.get(topicId)
        for (const partition of partitions.keys()) if (owners?.get(partition) === memberId) owners.delete(partition)
        if (owners?.size === 0) this.#owners.delete(topicId)
      }
    }
    for (const held of [to?.assigned, to?.revoking]) {
      for (const [topicId, partitions] of held ?? []) {
        const owners = this.#owners.get(topicId) ?? new Map<number, string>()
        for (const partition of partitions.keys()) owners.set(partition, memberId)
        this.#owners.set(topicId, owners)
      }
    }
  }
}
