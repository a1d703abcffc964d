/**
 * The candidate that `name` was most likely meant to be, by Damerau-Levenshtein distance (optimal string alignment: a swap of neighbours
 * is one step); undefined when none is near: at most 2 steps, fewer for short names, up to 4 for long ones. Of four letters, the first has to be
 * right where two steps are between them. Case does not count.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase()
  const allowed = Math.min(Math.floor(wanted.length / 2), Math.max(2, Math.min(4, Math.floor(wanted.length / 5))))
  let best: string | undefined
  let bestDistance = allowed + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue
    const distance = editDistance(wanted, candidate.toLowerCase())
    if (distance >= bestDistance) continue
    if (wanted.length <= 4 && distance > 1 && !candidate.toLowerCase().startsWith(wanted[0]!)) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

/** Steps (insert, remove, replace, swap neighbours) from one name to the other. */
export function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      let steps = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + (same ? 0 : 1))
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) steps = Math.min(steps, beforePrevious[column - 2]! + 1)
      current.push(steps)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[to.length]!
}
