import type { MaybeTerminal } from '../../io.ts'
import { type Frame, layOut, type Picture } from './frame.ts'
import { cursorRowAfter } from './reflow.ts'

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
const CLEAR_TO_END_OF_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'
const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24

type Screen = MaybeTerminal<NodeJS.WritableStream>

/** The bottom of a terminal: a picture that can be drawn again and again, while other text scrolls by above. Each change is one write. */
export class Display {
  readonly #screen: Screen
  readonly #reflows: boolean
  #shown: Frame | undefined
  /** Of the screen, when that was drawn. */
  #shownSize = ''

  /** `reflows`: whether the screen breaks its lines anew when it gets another width. */
  constructor(screen: Screen, reflows: boolean) {
    this.#screen = screen
    this.#reflows = reflows
  }

  get columns(): number {
    return this.#screen.columns ?? DEFAULT_COLUMNS
  }

  get rows(): number {
    return this.#screen.rows ?? DEFAULT_ROWS
  }

  get #size(): string {
    return `${this.columns}x${this.rows}`
  }

  /** Draws the picture over the one before. */
  show(picture: Picture): void {
    const frame = this.#layOut(picture)
    const drawing = drawn(frame)
    // What is there already needs no drawing, which would be wrong while nobody has told yet that the terminal is narrower now.
    if (this.#shown !== undefined && drawing === drawn(this.#shown)) return
    this.#screen.write(HIDE_CURSOR + this.#toTop() + drawing)
    this.#shown = frame
  }

  /** Writes whole lines above the picture. */
  above(text: string | Uint8Array, picture: Picture | undefined, written?: (error?: Error | null) => void): void {
    const frame = picture && this.#layOut(picture)
    const bytes = typeof text === 'string' ? Buffer.from(text) : text
    const ends = bytes.length === 0 || bytes.at(-1) === 0x0a
    const head = this.#shown === undefined ? '' : HIDE_CURSOR + this.#toTop() + CLEAR_BELOW
    const tail = (ends || frame === undefined ? '' : '\n') + (frame === undefined ? '' : drawn(frame))
    const show = frame === undefined && this.#shown !== undefined ? SHOW_CURSOR : ''
    this.#shown = frame
    this.#screen.write(Buffer.concat([Buffer.from(head), bytes, Buffer.from(tail + show)]), written)
  }

  /** Takes the picture away. */
  clear(): void {
    if (this.#shown === undefined) return
    this.#screen.write(this.#toTop() + CLEAR_BELOW + SHOW_CURSOR)
    this.#shown = undefined
  }

  /** Leaves the picture where it is: what comes next stands below. */
  leave(): void {
    if (this.#shown === undefined) return
    const { rows } = this.#shown
    // Behind a full row, the cursor stands in one that is still empty.
    const next = rows.length > 1 && rows.at(-1)!.text === '' ? '\r' : '\r\n'
    this.#screen.write(`${down(rows.length - 1 - cursorRow(this.#shown))}${next}${SHOW_CURSOR}`)
    this.#shown = undefined
  }

  /** Takes all off the screen; the next picture is drawn at its top. */
  wipe(): void {
    this.#screen.write(`\u001b[H${CLEAR_BELOW}`)
    this.#shown = undefined
  }

  /** Goes to the begin of a line: the next one, where something stands in this one. */
  freshLine(): void {
    // So many spaces fill a line without leaving it; they reach the next one where something was before them.
    this.#screen.write(`${' '.repeat(this.columns)}\r${CLEAR_TO_END_OF_LINE}`)
  }

  /** Takes the picture away after the size of the terminal has changed, to be drawn anew; one of the new size stays. */
  forget(): void {
    if (this.#size === this.#shownSize) return
    if (this.#shown !== undefined) this.#screen.write(this.#toTop() + CLEAR_BELOW)
    this.#shown = undefined
  }

  #layOut(picture: Picture): Frame {
    this.#shownSize = this.#size
    return layOut(picture, this.columns, Math.max(1, this.rows))
  }

  /** A terminal that is narrower now has broken its rows. */
  #toTop(): string {
    if (this.#shown === undefined) return '\r'
    return up(this.#reflows ? cursorRowAfter(this.#shown, this.columns) : cursorRow(this.#shown))
  }
}

function cursorRow({ rows, cursor }: Frame): number {
  return cursor?.row ?? rows.length - 1
}

function drawn({ rows, cursor }: Frame): string {
  // Clearing behind a full row would take its last character.
  const lines = rows.map(({ text, isFull }) => (isFull ? text : text + CLEAR_TO_END_OF_LINE)).join('\r\n')
  if (cursor === undefined) return `${lines}${CLEAR_BELOW}`
  const back = `${up(rows.length - 1 - cursor.row)}${cursor.column === 0 ? '' : `\u001b[${cursor.column}C`}`
  return `${lines}${rows.at(-1)!.isFull ? '' : CLEAR_BELOW}${back}${SHOW_CURSOR}`
}

/** To the begin of the row so far above. */
function up(rows: number): string {
  return rows === 0 ? '\r' : `\r\u001b[${rows}A`
}

function down(rows: number): string {
  return rows === 0 ? '' : `\u001b[${rows}B`
}
