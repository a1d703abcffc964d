/** A partition to be given to one of those who read its topic. */
export interface Share {
  readonly topicId: string
  readonly partition: number
  readonly readers: readonly Holder[]
  holder: Holder | undefined
}

/** A member, and what it is to have so far. */
export interface Holder {
  readonly id: string
  readonly shares: Set<Share>
}

/** Gives a partition to a member, from whoever has it. */
export function give(share: Share, to: Holder): void {
  share.holder?.shares.delete(share)
  share.holder = to
  to.shares.add(share)
}
