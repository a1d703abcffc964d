import { textWidth } from './text-width.ts'
import { wrapText } from './wrap-text.ts'

/** Two columns are this far apart at least; of two pairs in a row, each column is further from the next. */
const BETWEEN_COLUMNS = / {2,}/
const BETWEEN_PAIRS = / {3,}/
/** A line that begins further right than this goes on with the right column of the line before. */
const GOES_ON = 5
/** Below what it belongs to, a text stands so much further right. */
const BELOW = '    '

/**
 * Lines that were written for 80 columns, on a terminal that has fewer: in a part (lines up to an empty one) with one that has no room, right
 * columns stand below left ones, and everything breaks between words. Other parts stay as they are.
 */
export function narrowLines(lines: readonly string[], width: number): string[] {
  return partsOf(lines).flatMap((part) => {
    if (part.every((line) => textWidth(line) <= width)) return part
    return joined(part).flatMap((line) => narrowed(line, width))
  })
}

/** The same lines, each empty one by itself. */
function partsOf(lines: readonly string[]): string[][] {
  const parts: string[][] = [[]]
  for (const line of lines) {
    if (line === '') parts.push([line], [])
    else parts.at(-1)!.push(line)
  }
  return parts
}

/** Without lines that go on with the one before. */
function joined(part: readonly string[]): string[] {
  const whole: string[] = []
  for (const line of part) {
    if (indentOf(line).length > GOES_ON && whole.length > 0) whole.push(`${whole.pop()} ${line.trim()}`)
    else whole.push(line)
  }
  return whole
}

function narrowed(line: string, width: number): string[] {
  const indent = indentOf(line)
  const text = line.trim()
  const pieces = text.split(BETWEEN_PAIRS)
  const pairs = pieces.length % 2 === 0 ? pairsOf(pieces) : pairsOf(text.split(BETWEEN_COLUMNS))
  if (indent === '' || pairs === undefined) return indented(text, indent, width)
  return pairs.flatMap(([left, right]) => [
    ...indented(left, indent, width),
    ...indented(right, `${indent}${BELOW}`, width),
  ])
}

/** Undefined where the pieces are no pairs. */
function pairsOf(pieces: readonly string[]): Array<readonly [string, string]> | undefined {
  if (pieces.length % 2 === 1) return undefined
  return pieces.flatMap((piece, at) => (at % 2 === 0 ? [[piece, pieces[at + 1]!] as const] : []))
}

function indented(text: string, indent: string, width: number): string[] {
  return wrapText(text, width - indent.length).map((part) => `${indent}${part}`)
}

function indentOf(line: string): string {
  return /^ */.exec(line)![0]
}
