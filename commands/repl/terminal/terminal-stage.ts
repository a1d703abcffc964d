import type { ReadStream } from 'node:tty'
import { exitCodes } from '../../exit-code.ts'
import { type Io, withStreams } from '../../io.ts'
import type { Paint } from '../../output/paint.ts'
import type { RecordWatch } from '../../surroundings.ts'
import { Display } from '../editor/display.ts'
import { Keys } from '../editor/keys.ts'
import { LineEditor } from '../editor/line-editor.ts'
import { reflows } from '../editor/reflow.ts'
import type { History } from '../history.ts'
import type { Surrounding } from '../outside.ts'
import { PrintedRecords } from '../printed-records.ts'
import type { Stage } from '../stage.ts'
import { Foreground, type Parts } from './foreground.ts'
import { ForegroundSignals } from './foreground-signals.ts'
import { nothingToRead } from './nothing-to-read.ts'
import { Tails } from './tails.ts'

/** The size of a terminal that has not changed for so long is its new one. */
const RESIZED_AFTER_MS = 30

/** A terminal on which lines are typed and run. */
export class TerminalStage implements Stage {
  readonly shellStdin = 'inherit'
  readonly editor: LineEditor
  readonly printed = new PrintedRecords()
  readonly history: History
  readonly tails: Tails
  readonly #parts: Parts
  readonly #outputClosed: AbortSignal
  #foreground: Foreground | undefined
  #programs: ForegroundSignals | undefined
  #programsEnded: Promise<unknown> | undefined
  /** Whether the last line was stopped in a way that leaves work behind. */
  onAbandoned: () => void = () => {}
  /** Whether the last line waited for people, programs or records: then its time says nothing. */
  hasWaited = false
  #resized: NodeJS.Timeout | undefined
  readonly #onResize = () => {
    // While a window is drawn wider or narrower, it is never known how wide it has become meanwhile.
    clearTimeout(this.#resized)
    this.#resized = setTimeout(() => {
      this.#parts.display.forget()
      this.editor.redraw()
      this.#foreground?.redraw()
    }, RESIZED_AFTER_MS)
  }
  readonly #onSignal = () => this.#interrupt()

  constructor(io: Io, outputClosed: AbortSignal, paint: Paint, history: History) {
    this.#outputClosed = outputClosed
    this.history = history
    const keys = new Keys(io.stdin as ReadStream, io.stdout)
    const display = new Display(io.stdout, reflows(io.env))
    this.editor = new LineEditor(keys, display, paint)
    this.#parts = { io, keys, display, editor: this.editor, paint, printed: this.printed }
    this.tails = new Tails(io, outputClosed, (bytes, done) => this.#writeBehind(bytes, done))
  }

  open(): void {
    this.#parts.keys.open()
    this.#parts.io.stdout.on('resize', this.#onResize)
    // Another program may have the terminal, so that Ctrl-C is no key but a signal.
    this.#parts.io.signals.on('SIGINT', this.#onSignal)
  }

  close(): void {
    this.#parts.io.signals.off('SIGINT', this.#onSignal)
    this.#parts.io.stdout.off('resize', this.#onResize)
    clearTimeout(this.#resized)
    this.#parts.keys.close()
  }

  async inFront(line: { readonly programs: boolean }, work: (around: Surrounding) => Promise<number>): Promise<number> {
    this.hasWaited = line.programs
    if (line.programs) return await this.#withPrograms(work)
    const outer = this.#foreground
    const foreground = new Foreground(this.#parts)
    this.#foreground = foreground
    try {
      return await foreground.run(work({ io: foreground.io, outputClosed: this.#outputClosed }))
    } finally {
      this.#foreground = outer
      this.hasWaited = foreground.hasWaited
      if (foreground.isAbandoned) {
        this.#parts.io.stderr.write('given up\n')
        this.onAbandoned()
      }
    }
  }

  readonly watchRecords = (topics: readonly string[]): RecordWatch => {
    if (this.#foreground !== undefined) return this.#foreground.watch(topics)
    this.printed.restart()
    return { record: (record, source) => this.printed.add(record, source), [Symbol.dispose]: () => {} }
  }

  /** Programs read the terminal themselves; what is piped to them has nothing to read. */
  async #withPrograms(work: (around: Surrounding) => Promise<number>): Promise<number> {
    let abandon = () => {}
    const abandoned = new Promise<number>((resolve) => {
      abandon = () => resolve(exitCodes.interrupted)
    })
    const signals = new ForegroundSignals(() => abandon())
    const io = withStreams(this.#parts.io, { stdin: nothingToRead(), inputFile: undefined, signals })
    using _ = this.#parts.keys.suspend()
    this.#programs = signals
    try {
      const ended = Promise.race([work({ io, outputClosed: this.#outputClosed }), abandoned])
      this.#programsEnded = ended.catch(() => {})
      return await ended
    } finally {
      this.#parts.display.freshLine()
      this.#programs = undefined
      this.#programsEnded = undefined
    }
  }

  #interrupt(): void {
    if (this.#programs !== undefined) this.#programs.send('SIGINT')
    else this.#foreground?.interrupt()
  }

  /** Prints what runs in the background: above the line that is typed, or between what the foreground prints. */
  #writeBehind(bytes: Buffer, done: (error?: Error | null) => void): void {
    const { display, io } = this.#parts
    if (this.#programsEnded !== undefined) {
      void this.#programsEnded.then(() => this.#writeBehind(bytes, done))
    } else if (this.#foreground !== undefined) {
      this.#foreground.write(io.stdout, bytes, done)
    } else {
      display.above(bytes, this.editor.picture, done)
    }
  }
}
