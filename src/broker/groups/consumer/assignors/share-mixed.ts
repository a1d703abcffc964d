import { give, type Holder, type Share } from './share.ts'

/**
 * Where members read different topics: what nobody has goes to the reader that has least, beginning with the partitions that have the fewest
 * readers; then partitions move to readers that have fewer by two or more, until there is none. Each move makes the counts more even, so it ends.
 */
export function shareMixed(shares: readonly Share[]): void {
  const free = shares.filter(({ holder }) => holder === undefined)
  free.sort((a, b) => a.readers.length - b.readers.length)
  for (const share of free) give(share, leastOf(share.readers))
  let moved = true
  while (moved) {
    moved = false
    for (const share of shares) {
      const least = leastOf(share.readers)
      if (share.holder!.shares.size - least.shares.size < 2) continue
      give(share, least)
      moved = true
    }
  }
}

function leastOf(readers: readonly Holder[]): Holder {
  let least = readers[0]!
  for (const reader of readers) if (reader.shares.size < least.shares.size) least = reader
  return least
}
