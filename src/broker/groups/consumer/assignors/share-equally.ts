import { give, type Holder, type Share } from './share.ts'

/**
 * Where all read the same topics: who has more than their part gives the rest up, who has less gets it. The members that get one more, where it
 * does not come out even, are those that have it already, so that no partition moves without need.
 */
export function shareEqually(shares: readonly Share[], holders: readonly Holder[]): void {
  if (holders.length === 0) return
  const each = Math.floor(shares.length / holders.length)
  let oneMore = shares.length % holders.length
  const free = shares.filter(({ holder }) => holder === undefined)
  const wanting: Array<{ holder: Holder; quota: number }> = []
  const byCount = [...holders].sort((a, b) => b.shares.size - a.shares.size)
  for (const holder of byCount) {
    const quota = oneMore-- > 0 ? each + 1 : each
    const surplus = [...holder.shares].slice(quota)
    for (const share of surplus) {
      holder.shares.delete(share)
      share.holder = undefined
      free.push(share)
    }
    if (holder.shares.size < quota) wanting.push({ holder, quota })
  }
  let next = 0
  for (const { holder, quota } of wanting) {
    while (holder.shares.size < quota) give(free[next++]!, holder)
  }
}
