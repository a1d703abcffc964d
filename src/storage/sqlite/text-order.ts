/** The first string, in SQLite's order of text (by code point), after all that start with `prefix`; undefined when there is none. */
export function upperBound(prefix: string): string | undefined {
  const points = [...prefix]
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const next = last.codePointAt(0)! + 1
    if (next > 0x10ffff) continue
    // Surrogates are no characters of their own.
    return points.join('') + String.fromCodePoint(next === 0xd800 ? 0xe000 : next)
  }
  return undefined
}
