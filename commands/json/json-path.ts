/** One step into JSON: the name of a member, or the index of an element; a negative index counts from the end. */
export type PathStep = string | number

/**
 * Reads a path that begins at `at`: `.a.b`, `.a[0]`, `."odd name"`, `.["odd name"]`; a dot alone is the whole.
 * @returns undefined when there is none; `end`: the position behind it
 */
export function parsePath(
  text: string,
  at = 0,
): { readonly steps: readonly PathStep[]; readonly end: number } | undefined {
  if (text[at] !== '.') return undefined
  const steps: PathStep[] = []
  const step = /\.([\p{L}_$][\p{L}\p{N}_$-]*)|\.("(?:[^"\\]|\\.)*")|\.?\[(-?\d{1,9})\]|\.?\[("(?:[^"\\]|\\.)*")\]/uy
  let end = at
  for (;;) {
    step.lastIndex = end
    const match = step.exec(text)
    if (match === null) break
    const [, name, quoted, index, quotedInBrackets] = match
    const string = quoted ?? quotedInBrackets
    const parsed = string === undefined ? undefined : readString(string)
    if (string !== undefined && parsed === undefined) return undefined
    steps.push(name ?? parsed ?? Number(index))
    end = step.lastIndex
  }
  if (steps.length > 0) return { steps, end }
  return { steps, end: at + 1 }
}

function readString(json: string): string | undefined {
  try {
    return JSON.parse(json) as string
  } catch {
    return undefined
  }
}
