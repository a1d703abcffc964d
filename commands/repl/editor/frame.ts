import { escapeText } from '../../output/escape-text.ts'
import { cutToWidth, textWidth } from '../../output/text-width.ts'

/** A piece of text and how it is painted. */
export interface Piece {
  readonly text: string
  readonly paint?: ((text: string) => string) | undefined
  /** Whether what does not fit in its row is left out. */
  readonly isCut?: boolean
}

/** What stands at the bottom of the terminal: pieces, and the cursor after so many of them. */
export interface Picture {
  readonly pieces: readonly Piece[]
  /** Pieces before the cursor; left out: there is none to be shown. */
  readonly cursorAfter?: number
}

/** What stands in a row. */
interface Row {
  /** As it is written, painted. */
  readonly text: string
  /** As it is seen. */
  readonly plain: string
  readonly isFull: boolean
}

/** A picture cut into rows of a terminal. */
export interface Frame {
  readonly rows: readonly Row[]
  /** Where the cursor is; undefined: nowhere. */
  readonly cursor: { readonly row: number; readonly column: number } | undefined
}

/** Lays a picture out on rows of `columns`, at most `maxRows` of them: those around the cursor. */
export function layOut(picture: Picture, columns: number, maxRows: number): Frame {
  const rows = [emptyRow()]
  let cursor: { row: number; column: number } | undefined
  const last = () => rows.at(-1)!
  const mark = () => {
    if (last().width >= columns) rows.push(emptyRow())
    cursor = { row: rows.length - 1, column: last().width }
  }
  for (const [index, piece] of picture.pieces.entries()) {
    if (picture.cursorAfter === index) mark()
    const text = piece.isCut === true ? cutToRoom(piece.text, columns - last().width) : piece.text
    for (const line of linesOf(text, columns, () => last().width)) {
      if (line.breaks) rows.push(emptyRow())
      if (line.text === '') continue
      last().text += piece.paint === undefined ? line.text : piece.paint(line.text)
      last().plain += line.text
      last().width += line.width
    }
  }
  if (picture.cursorAfter === picture.pieces.length) mark()
  const first = firstRow(rows.length, maxRows, cursor?.row ?? rows.length - 1)
  return {
    rows: rows
      .slice(first, first + maxRows)
      .map(({ text, plain, width }) => ({ text, plain, isFull: width >= columns })),
    cursor: cursor && { row: cursor.row - first, column: cursor.column },
  }
}

function emptyRow() {
  return { text: '', plain: '', width: 0 }
}

/** Without a `…` where not even that has room. */
function cutToRoom(text: string, room: number): string {
  return room < 1 ? '' : cutToWidth(text, room)
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
