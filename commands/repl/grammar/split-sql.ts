/** A line of SQL taken apart. */
export interface SplitSql {
  readonly query: string
  /** From the `|` or `>` on that says where the output goes; empty where nothing does. */
  readonly redirection: string
  /** A quote, a comment or a parenthesis is not closed. */
  readonly isOpen: boolean
}

/** What hides other signs, and the signs that are looked for. `||` is no `|`. */
const piece = /'[^']*'?|"[^"]*"?|`[^`]*`?|\[[^\]]*\]?|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\|\||[()|;]/g
const redirectionBehind = /\s*(?=[|>])/y

/**
 * Finds where a query ends and a redirection begins: at a `|` outside of quotes and parentheses, or at a `|` or `>` behind a `;`. A `>` before
 * the `;` compares; who wants the bits of a number puts them in parentheses.
 */
export function splitSql(line: string): SplitSql {
  let depth = 0
  for (const { 0: found, index } of line.matchAll(piece)) {
    if (found === '(') depth += 1
    else if (found === ')') depth -= 1
    else if (isUnclosed(found)) return { query: line, redirection: '', isOpen: true }
    if (depth > 0) continue
    const start = found === '|' ? index : found === ';' ? startBehind(line, index + 1) : undefined
    if (start !== undefined) return { query: line.slice(0, index), redirection: line.slice(start), isOpen: false }
  }
  return { query: line, redirection: '', isOpen: depth > 0 }
}

function startBehind(line: string, at: number): number | undefined {
  redirectionBehind.lastIndex = at
  return redirectionBehind.test(line) ? redirectionBehind.lastIndex : undefined
}

const closings: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' }

function isUnclosed(found: string): boolean {
  if (found.startsWith('/*')) return found.length < 4 || !found.endsWith('*/')
  const closing = closings[found[0]!]
  return closing !== undefined && (found.length === 1 || !found.endsWith(closing))
}
