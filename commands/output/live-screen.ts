import type { ReadStream } from 'node:tty'
import type { Io } from '../io.ts'
import { cutToWidth } from './text-width.ts'

/** Without wrapping: a line that is wider than a terminal that has just become narrower takes one row all the same. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'
const CTRL_C = '\u0003'

/**
 * Takes the whole terminal and shows frames on it, each drawn over the one before so that nothing flickers. Keys `q` and Ctrl-C call `quit`.
 * When disposed, the terminal is as it was before, with the last frame below.
 */
export class LiveScreen implements Disposable {
  readonly #io: Io
  readonly #quit: () => void
  #lines: readonly string[] = []
  readonly #onKeys = (keys: Buffer) => {
    const text = keys.toString('latin1')
    if (text.includes('q') || text.includes('Q') || text.includes(CTRL_C)) this.#quit()
  }
  readonly #redraw = () => this.#draw()

  constructor(io: Io, quit: () => void) {
    this.#io = io
    this.#quit = quit
    io.stdout.write(ENTER)
    io.stdout.on('resize', this.#redraw)
    if (io.stdin.isTTY !== true) return
    this.#setRaw(true)
    io.stdin.on('data', this.#onKeys)
  }

  /** Draws the lines, as many as the terminal has. */
  show(lines: readonly string[]): void {
    this.#lines = lines
    this.#draw()
  }

  /** Lines are cleared before they are written: behind a full one, its last character would go. */
  #draw(): void {
    const { rows = this.#lines.length, columns = Number.POSITIVE_INFINITY } = this.#io.stdout
    const hidden = this.#lines.length - rows + 1
    const fitting = hidden > 1 ? [...this.#lines.slice(0, rows - 1), `… ${hidden} more`] : this.#lines
    const drawn = fitting.map((line, index) => {
      const clear = index === fitting.length - 1 ? CLEAR_BELOW : CLEAR_LINE
      // What is painted is a head, which has been cut.
      return clear + (line.includes('\u001b') ? line : cutToWidth(line, columns))
    })
    this.#io.stdout.write(HOME + (drawn.length === 0 ? CLEAR_BELOW : drawn.join('\r\n')))
  }

  [Symbol.dispose](): void {
    this.#io.stdout.off('resize', this.#redraw)
    if (this.#io.stdin.isTTY === true) {
      this.#io.stdin.off('data', this.#onKeys)
      this.#setRaw(false)
      this.#io.stdin.pause()
    }
    this.#io.stdout.write(LEAVE)
    for (const line of this.#lines) this.#io.stdout.write(`${line}\n`)
  }

  #setRaw(raw: boolean): void {
    const stdin = this.#io.stdin as Partial<Pick<ReadStream, 'setRawMode'>>
    stdin.setRawMode?.(raw)
  }
}
