import type { Io, MaybeTerminal } from '../io.ts'
import { escapeText, jsonText } from './escape-text.ts'
import { colorLevel, type Paint, plain } from './paint.ts'
import { cutToWidth } from './text-width.ts'
import { besideLabel, wrapText } from './wrap-text.ts'

/** What the user asked for, over what the streams suggest. */
export interface TerminalOptions {
  readonly color: 'auto' | 'always' | 'never'
  readonly quiet: boolean
  readonly verbose: boolean
  /** Whether questions may be asked. */
  readonly input: boolean
  /** Whether long texts may go through a pager. */
  readonly pager: boolean
  /** Stands before the message of an error: where in a script it happened. */
  readonly errorPrefix?: string | undefined
}

const BUSY_AFTER_MS = 250

/**
 * All that a command tells: data to stdout, everything else to stderr, colour and status lines to terminals only.
 * What paints and what spins is loaded on first use.
 */
export class Terminal {
  readonly #io: Io
  readonly #options: TerminalOptions

  constructor(io: Io, options: TerminalOptions) {
    this.#io = io
    this.#options = options
  }

  /** Whether stdout is a terminal: shapes what is printed there. */
  get isTerminal(): boolean {
    return this.#io.stdout.isTTY === true
  }

  /** Whether what stands on stdout can be drawn over. */
  get canRedraw(): boolean {
    return this.isTerminal && this.#io.env.TERM !== 'dumb'
  }

  /** Width of stdout where that is a terminal. */
  get columns(): number | undefined {
    return this.isTerminal ? this.#io.stdout.columns : undefined
  }

  /** Width of stderr where that is a terminal. */
  get #errorColumns(): number | undefined {
    return this.#io.stderr.isTTY === true ? this.#io.stderr.columns : undefined
  }

  /** The pager for so many lines; undefined where they fit, where stdout is no terminal, and where none is wanted. */
  pagerFor(lines: number, otherwise: string): string | undefined {
    const { rows, fd } = this.#io.stdout
    const wanted = this.#options.pager && this.canRedraw && fd === process.stdout.fd
    if (!wanted || rows === undefined || lines < rows) return undefined
    const pager = this.#io.env.PAGER ?? otherwise
    return pager === '' || pager === 'cat' ? undefined : pager
  }

  /** Lets another program use the terminal while `work` lasts. */
  async lend<T>(work: () => Promise<T>): Promise<T> {
    return await (this.#io.lendTerminal?.(work) ?? work())
  }

  get stdout(): Io['stdout'] {
    return this.#io.stdout
  }

  /** Whether a person reads stderr: status, summaries and hints go there only then. */
  get hasReader(): boolean {
    return this.#io.stderr.isTTY === true && !this.#options.quiet
  }

  /** Whether there is somebody to ask. */
  get canAsk(): boolean {
    return this.#options.input && this.#io.stdin.isTTY === true && this.#io.stderr.isTTY === true
  }

  print(line: string): void {
    this.#io.stdout.write(`${line}\n`)
  }

  /** One JSON document: indented for a terminal, else on one line. */
  json(value: unknown): void {
    this.print(jsonText(value, this.isTerminal ? 2 : 0))
  }

  /** A line on stderr for a person: nothing in a pipe unless `--verbose` asks for it. */
  note(line: string): void {
    if (this.hasReader || this.#options.verbose) this.warn(line)
  }

  /** A line on stderr that is always told. */
  warn(line: string): void {
    const width = this.#errorColumns
    // What is painted, or has lines of its own, has been made to fit already.
    const isMade = width === undefined || /[\u001b\n]/.test(line)
    for (const part of isMade ? [line] : wrapText(line, width)) this.#io.stderr.write(`${part}\n`)
  }

  /** `error:` and `hint:` on stderr. */
  async error(message: string, hint: string | undefined): Promise<void> {
    const paint = await this.paint(this.#io.stderr)
    this.#labelled('error:', paint.red, `${this.#options.errorPrefix ?? ''}${message}`)
    if (hint !== undefined && !this.#options.quiet) this.#labelled('hint:', paint.cyan, hint)
  }

  #labelled(label: string, paint: (text: string) => string, text: string): void {
    const [first, ...others] = besideLabel(label, escapeLines(text), this.#errorColumns)
    for (const line of [`${paint(label)}${first!.slice(label.length)}`, ...others]) this.#io.stderr.write(`${line}\n`)
  }

  /** Overwrites the last line of stderr with a status; an empty one clears it. For a terminal only. */
  status(line: string): void {
    if (!this.hasReader || this.#io.env.TERM === 'dumb') return
    // A line that is wrapped would not be overwritten whole.
    const width = (this.#io.stderr.columns ?? Number.POSITIVE_INFINITY) - 1
    this.#io.stderr.write(`\r\u001b[K${cutToWidth(line, width)}`)
    this.#io.signals.hasStatus = line !== ''
  }

  /** The colours of stdout or stderr, or something that paints nothing. */
  async paint(stream: MaybeTerminal<unknown> = this.#io.stdout): Promise<Paint> {
    const level = colorLevel(stream, this.#options.color, this.#io.env)
    return level === 0 ? plain : await (await import('./colors.ts')).colors(level, this.#io.env.COLORFGBG)
  }

  /** Settles as `work` does; while it lasts, a terminal shows what is waited for. */
  async busy<T>(text: string, work: Promise<T>): Promise<T> {
    if (!this.hasReader || this.#io.env.TERM === 'dumb') return work
    const isPainted = colorLevel(this.#io.stderr, this.#options.color, this.#io.env) > 0
    let stop = () => {}
    let settled = false
    const timer = setTimeout(async () => {
      const { default: ora } = await import('ora')
      if (settled) return
      const spinner = ora({
        text: escapeText(text),
        stream: this.#io.stderr as NodeJS.WriteStream,
        discardStdin: false,
        color: isPainted ? 'magenta' : false,
      })
      stop = () => void spinner.stop()
      spinner.start()
    }, BUSY_AFTER_MS)
    const end = () => {
      settled = true
      clearTimeout(timer)
      stop()
      stop = () => {}
    }
    this.#io.givenUp?.addEventListener('abort', end)
    try {
      return await work
    } finally {
      this.#io.givenUp?.removeEventListener('abort', end)
      end()
    }
  }
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n')
}
