import { escapeText } from '../../output/escape-text.ts'
import { textWidth } from '../../output/text-width.ts'

/** A piece of text and how it is painted. */
export interface Piece {
  readonly text: string
  readonly paint?: ((text: string) => string) | undefined
}

/** What stands at the bottom of the terminal: pieces, and the cursor after so many of them. */
export interface Picture {
  readonly pieces: readonly Piece[]
  /** Pieces before the cursor; left out: there is none to be shown. */
  readonly cursorAfter?: number
}

/** A picture cut into rows of a terminal. */
export interface Frame {
  readonly rows: ReadonlyArray<{ readonly text: string; readonly isFull: boolean }>
  /** Where the cursor is; undefined: nowhere. */
  readonly cursor: { readonly row: number; readonly column: number } | undefined
}

/** Lays a picture out on rows of `columns`, at most `maxRows` of them: those around the cursor. */
export function layOut(picture: Picture, columns: number, maxRows: number): Frame {
  const rows: Array<{ text: string; width: number }> = [{ text: '', width: 0 }]
  let cursor: { row: number; column: number } | undefined
  const last = () => rows.at(-1)!
  const mark = () => {
    if (last().width >= columns) rows.push({ text: '', width: 0 })
    cursor = { row: rows.length - 1, column: last().width }
  }
  for (const [index, piece] of picture.pieces.entries()) {
    if (picture.cursorAfter === index) mark()
    for (const line of linesOf(piece.text, columns, () => last().width)) {
      if (line.breaks) rows.push({ text: '', width: 0 })
      if (line.text === '') continue
      last().text += piece.paint === undefined ? line.text : piece.paint(line.text)
      last().width += line.width
    }
  }
  if (picture.cursorAfter === picture.pieces.length) mark()
  const first = firstRow(rows.length, maxRows, cursor?.row ?? rows.length - 1)
  return {
    rows: rows.slice(first, first + maxRows).map(({ text, width }) => ({ text, isFull: width >= columns })),
    cursor: cursor && { row: cursor.row - first, column: cursor.column },
  }
}

function firstRow(count: number, most: number, needed: number): number {
  return count <= most ? 0 : Math.max(0, Math.min(needed - most + 1, count - most))
}

/** The text in lines that fit, the first one beside what stands in the row already. Nothing in it can act on the terminal. */
function* linesOf(
  text: string,
  columns: number,
  used: () => number,
): Iterable<{ text: string; width: number; breaks: boolean }> {
  let line = ''
  let width = 0
  let breaks = false
  for (const character of text) {
    const shown = character === '\n' ? '' : escapeText(character)
    const wide = textWidth(shown)
    const before = breaks ? 0 : used()
    if (character === '\n' || before + width + wide > columns) {
      yield { text: line, width, breaks }
      line = ''
      width = 0
      breaks = true
    }
    line += shown
    width += wide
  }
  yield { text: line, width, breaks }
}
