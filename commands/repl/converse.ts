import type { CatalogEntry } from '../catalog.ts'
import { DeclaredCommands } from '../completion/declared-commands.ts'
import { commandOf } from '../completion/read-position.ts'
import { CommandContext } from '../context.ts'
import { exitCodeOf, exitCodes } from '../exit-code.ts'
import type { Paint } from '../output/paint.ts'
import { formatElapsed } from '../output/quantities.ts'
import { profilesFile } from '../profile/profiles-file.ts'
import { reportError } from '../report-error.ts'
import type { ReplRequest } from '../surroundings.ts'
import { banner } from './banner.ts'
import { completeLine } from './complete-line.ts'
import { Conversation, type RunLine } from './conversation.ts'
import type { LineAids } from './editor/line-aids.ts'
import { ghostText } from './ghost-text.ts'
import { readStatement } from './grammar/read-statement.ts'
import { History, historyFile } from './history.ts'
import { NamesCache } from './names-cache.ts'
import { wrongParts } from './paint-line.ts'
import { promptPieces } from './prompt.ts'
import { readStatements } from './script-lines.ts'
import { TerminalStage } from './terminal/terminal-stage.ts'
import { typedWords } from './typed-words.ts'

/** Two Ctrl-C on an empty line within so many ms leave. */
const TWICE_MS = 1000

/** Asks for lines on a terminal and runs them, until Ctrl-D, `exit` or SIGTERM. @returns the exit code */
export async function converse(context: CommandContext, request: ReplRequest, runLine: RunLine): Promise<number> {
  return await new Dialog(context, request, runLine).run()
}

/** One sitting at a terminal. */
class Dialog {
  readonly #context: CommandContext
  readonly #request: ReplRequest
  readonly #runLine: RunLine
  readonly #stop = new AbortController()
  readonly #declared = new DeclaredCommands()
  readonly #loading = new Set<CatalogEntry>()
  #stage!: TerminalStage
  #conversation!: Conversation
  #names!: NamesCache
  #paint!: Paint
  #lastInterruptAt = Number.NEGATIVE_INFINITY

  constructor(context: CommandContext, request: ReplRequest, runLine: RunLine) {
    this.#context = context
    this.#request = request
    this.#runLine = runLine
  }

  async run(): Promise<number> {
    const { io, outputClosed, terminal, flags } = this.#context
    this.#paint = await terminal.paint()
    const history = new History(this.#request.history ? historyFile(io.env) : undefined)
    this.#stage = new TerminalStage(io, outputClosed, this.#paint, history)
    this.#conversation = new Conversation(this.#stage, flags, this.#runLine)
    const redraw = () => this.#stage.editor.redraw()
    this.#names = new NamesCache(
      () => this.#conversation.place,
      () => this.#profiles(),
      redraw,
    )
    this.#stage.tails.onChange = redraw
    this.#stage.onAbandoned = () => void this.#conversation.place.session.letGo()
    const terminate = () => this.#stop.abort()
    io.signals.on('SIGTERM', terminate)
    this.#stage.open()
    try {
      const greeted = await this.#greet()
      // A wrong flag or configuration would be wrong for every line.
      if (greeted === exitCodes.usage) return greeted
      await this.#ask()
    } finally {
      this.#names.stop()
      await this.#conversation.close()
      this.#stage.close()
      io.signals.off('SIGTERM', terminate)
    }
    return this.#stop.signal.aborted ? exitCodes.terminated : exitCodes.done
  }

  /** Connects, and says where to; where nobody answers, that. */
  async #greet(): Promise<number> {
    const code = await this.#stage.inFront({ programs: false }, async ({ io, outputClosed }) => {
      const { place } = this.#conversation
      const { flags } = this.#context
      const context = new CommandContext({ io, outputClosed, flags, sessions: place.session }, {})
      try {
        await context.session()
        if (place.session.current !== undefined)
          context.terminal.note(await banner(place.session.current, context.io.stderr.columns))
        return exitCodes.done
      } catch (error) {
        await reportError(error, context)
        return exitCodeOf(error)
      }
    })
    this.#names.refresh()
    return code
  }

  async #ask(): Promise<void> {
    const { editor, history } = this.#stage
    while (!this.#conversation.ended && !this.#stop.signal.aborted) {
      const entry = await editor.read(this.#aids(), this.#stop.signal, () => this.#names.touch())
      if (entry.kind === 'end') return
      if (entry.kind === 'interrupt') {
        if (entry.text === '' && this.#isSecondInterrupt()) return
        continue
      }
      history.add(entry.text)
      await this.#runEntry(entry.text)
      this.#names.refresh()
    }
  }

  /** One entry may be several lines that were pasted. */
  async #runEntry(text: string): Promise<void> {
    for await (const statement of readStatements(text)) {
      const startedAt = performance.now()
      const code = await this.#conversation.run(statement)
      const elapsedMs = performance.now() - startedAt
      const isTimed = !this.#stage.hasWaited && readStatement(statement).kind !== 'empty'
      if (isTimed && this.#conversation.settings.tellsTime(elapsedMs)) {
        this.#context.terminal.note(this.#paint.dim(`(${formatElapsed(elapsedMs)})`))
      }
      if (code !== exitCodes.done || this.#conversation.ended) return
    }
  }

  #isSecondInterrupt(): boolean {
    const now = performance.now()
    const isSecond = now - this.#lastInterruptAt < TWICE_MS
    this.#lastInterruptAt = isSecond ? Number.NEGATIVE_INFINITY : now
    if (!isSecond) this.#context.terminal.note(this.#paint.dim('(once more, or Ctrl-D, to leave)'))
    return isSecond
  }

  #aids(): LineAids {
    const { place, settings } = this.#conversation
    const { tails, history } = this.#stage
    return {
      prompt: () => promptPieces(place, tails.all.length, this.#paint),
      history: history.entries,
      isWhole: (text) => readStatement(text).kind !== 'open',
      paint: (text) => {
        this.#loadCommand(text)
        return wrongParts(text, this.#names.names, this.#declared, this.#paint.red)
      },
      ghost: (text) => ghostText(text, this.#declared, place.topic),
      complete: (text, cursor) =>
        completeLine(text, cursor, {
          names: this.#names.names,
          declared: this.#declared,
          settings,
          cwd: this.#context.io.cwd,
          jobs: tails.all.map(({ number }) => number),
          topic: place.topic,
        }),
    }
  }

  /** What a command takes is loaded when it is first typed; until then, nothing of it is known to be wrong. */
  #loadCommand(text: string): void {
    const found = commandOf(typedWords(text).words.map((word) => word.text))
    if (found === undefined || this.#loading.has(found.entry)) return
    this.#loading.add(found.entry)
    void this.#declared.load(found.entry).then(() => this.#stage.editor.redraw())
  }

  #profiles(): readonly string[] {
    try {
      return [...profilesFile(this.#context).contents().profiles.keys()]
    } catch {
      return []
    }
  }
}
