import { exitCodes } from '../../exit-code.ts'
import { type Io, withStreams } from '../../io.ts'
import type { Paint } from '../../output/paint.ts'
import type { RecordWatch } from '../../surroundings.ts'
import type { Display } from '../editor/display.ts'
import type { Key, Keys } from '../editor/keys.ts'
import type { LineEditor } from '../editor/line-editor.ts'
import type { PrintedRecords } from '../printed-records.ts'
import { ForegroundSignals } from './foreground-signals.ts'
import { StreamStatus } from './stream-status.ts'
import { TypedInput } from './typed-input.ts'
import { type Write, withWrite } from './with-write.ts'

/** What a terminal is made of. */
export interface Parts {
  readonly io: Io
  readonly keys: Keys
  readonly display: Display
  readonly editor: LineEditor
  readonly paint: Paint
  readonly printed: PrintedRecords
}

/** A stream that is over sooner needs no status line. */
const STATUS_AFTER_MS = 300
const STATUS_EVERY_MS = 250
/** A line that has not ended is held back so long, so that the status line can stand below. */
const MAX_HELD = 64 * 1024

/** One line that runs in front: its keys, what it prints, and its way to be stopped. */
export class Foreground {
  readonly io: Io
  readonly #parts: Parts
  readonly #signals: ForegroundSignals
  readonly #input: TypedInput
  #status: StreamStatus | undefined
  #isShown = false
  #timer: NodeJS.Timeout | undefined
  #held: Buffer = Buffer.alloc(0)
  readonly #waiting: Array<() => void> = []
  readonly #givenUp = new AbortController()
  #isInterrupted = false
  #isAbandoned = false
  #isLent = false
  #wasLent = false
  #isInLine = false
  #hasStreamed = false
  #giveUp: () => void = () => {}

  constructor(parts: Parts) {
    this.#parts = parts
    const { io, keys, editor } = parts
    this.#signals = new ForegroundSignals(() => this.#abandon())
    this.#input = new TypedInput(keys, editor, () => this.interrupt())
    this.io = withStreams(io, {
      stdin: this.#input,
      inputFile: undefined,
      stdout: withWrite(io.stdout, (bytes, done) => this.#print(bytes, done)),
      stderr: withWrite(io.stderr, (bytes, done) => this.write(io.stderr, bytes, done)),
      signals: this.#signals,
      givenUp: this.#givenUp.signal,
      lendTerminal: (work) => this.#lend(work),
    })
  }

  /** Runs `work` until it ends or is given up. @returns its exit code */
  async run(work: Promise<number>): Promise<number> {
    const givenUp = new Promise<number>((resolve) => {
      this.#giveUp = () => resolve(exitCodes.interrupted)
    })
    using _ = this.#parts.keys.take((key) => this.#take(key))
    try {
      return await Promise.race([work, givenUp])
    } finally {
      this.#input.destroy()
      this.#endStatus()
      if (this.#isInLine) this.#parts.display.freshLine()
    }
  }

  /** Whether records streamed by, somebody was asked, a pager or editor ran, or it was interrupted: then how long it took was up to others. */
  get hasWaited(): boolean {
    return this.#hasStreamed || this.#isInterrupted || this.#wasLent || this.#input.wasRead
  }

  /** Whether it was given up, and may still be at work. */
  get isAbandoned(): boolean {
    return this.#isAbandoned
  }

  /** Ctrl-C: the first one asks it to end, the second one does not wait for that. */
  interrupt(): void {
    if (this.#isLent) return
    this.#goOn()
    if (this.#isInterrupted) this.#abandon()
    else {
      this.#isInterrupted = true
      this.#signals.send('SIGINT')
    }
  }

  /** Records begin to stream. */
  watch(topics: readonly string[]): RecordWatch {
    const { printed, paint } = this.#parts
    const status = new StreamStatus(topics, paint)
    printed.restart()
    this.#status = status
    this.#hasStreamed = true
    this.#timer = setTimeout(() => this.#showStatus(status), STATUS_AFTER_MS)
    return {
      record: (record, source) => {
        status.records += 1
        printed.add(record, source)
      },
      [Symbol.dispose]: () => this.#endStatus(),
    }
  }

  /** Writes above what stands at the bottom, if anything does. */
  write(stream: NodeJS.WritableStream, bytes: Uint8Array, done: (error?: Error | null) => void): void {
    const { display, editor } = this.#parts
    this.#isInLine = bytes.length === 0 ? this.#isInLine : bytes.at(-1) !== 0x0a
    const picture = this.#isShown ? this.#status?.picture(display.columns) : editor.picture
    // What was given up says no more.
    if (this.#isAbandoned) done()
    else if (picture === undefined) stream.write(bytes, done)
    else display.above(bytes, picture, done)
  }

  readonly #print: Write = (bytes, done) => {
    if (this.#status?.isPaused === true && !this.#isAbandoned) {
      this.#waiting.push(() => this.#print(bytes, done))
      return
    }
    const { stdout } = this.#parts.io
    if (!this.#isShown) return this.write(stdout, bytes, done)
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    const end = all.length > MAX_HELD ? all.length : all.lastIndexOf(0x0a) + 1
    const whole = all.subarray(0, end)
    this.#held = Buffer.from(all.subarray(end))
    if (whole.length === 0) done()
    else this.write(stdout, whole, done)
  }

  #showStatus(status: StreamStatus): void {
    const { display } = this.#parts
    let shown = -1
    this.#isShown = true
    const draw = () => {
      if (this.#isLent || shown === status.records) return
      shown = status.records
      display.show(status.picture(display.columns))
    }
    draw()
    this.#timer = setInterval(draw, STATUS_EVERY_MS)
  }

  #endStatus(): void {
    clearInterval(this.#timer)
    this.#goOn()
    if (this.#isShown) this.#parts.display.clear()
    this.#isShown = false
    this.#status = undefined
    if (this.#held.length > 0) this.#parts.io.stdout.write(this.#held)
    this.#isInLine ||= this.#held.length > 0
    this.#held = Buffer.alloc(0)
  }

  #take(key: Key): void {
    if (key.ctrl && key.name === 'c') this.interrupt()
    else if (this.#isShown && key.name === 'p') this.#pause()
    else this.#parts.keys.keep(key)
  }

  /** Draws the status line anew, of another width. */
  redraw(): void {
    const { display } = this.#parts
    if (this.#isShown && !this.#isLent) display.show(this.#status!.picture(display.columns))
  }

  #pause(): void {
    const { display } = this.#parts
    if (this.#status === undefined) return
    if (this.#status.isPaused) this.#goOn()
    else this.#status.isPaused = true
    display.show(this.#status.picture(display.columns))
  }

  #goOn(): void {
    if (this.#status !== undefined) this.#status.isPaused = false
    for (const write of this.#waiting.splice(0)) write()
  }

  #abandon(): void {
    this.#givenUp.abort()
    this.#isAbandoned = true
    this.#giveUp()
  }

  /** While another program has the terminal, Ctrl-C is that program's. */
  async #lend<T>(work: () => Promise<T>): Promise<T> {
    this.#isLent = true
    this.#wasLent = true
    using _ = this.#parts.keys.suspend()
    try {
      return await work()
    } finally {
      this.#isLent = false
    }
  }
}
