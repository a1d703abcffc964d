import { escapeText } from '../../output/escape-text.ts'
import { textWidth } from '../../output/text-width.ts'

const MOST = 100
const GAP = 2

/** Lines of candidates in columns, as a shell lists them. */
export function listCandidates(candidates: readonly string[], columns: number): string[] {
  const shown = candidates.slice(0, MOST).map(escapeText)
  const width = Math.max(...shown.map(textWidth)) + GAP
  const perRow = Math.max(1, Math.floor(columns / width))
  const rows = Math.ceil(shown.length / perRow)
  const lines = Array.from({ length: rows }, (_, row) =>
    shown
      .filter((_candidate, index) => index % rows === row)
      .map((candidate) => candidate + ' '.repeat(width - textWidth(candidate)))
      .join('')
      .trimEnd(),
  )
  return candidates.length > MOST ? [...lines, `… and ${candidates.length - MOST} more`] : lines
}

/** The longest text that all begin with. */
export function commonPrefix(texts: readonly string[]): string {
  let prefix = texts[0] ?? ''
  for (const text of texts) while (!text.startsWith(prefix)) prefix = prefix.slice(0, -1)
  return prefix
}
