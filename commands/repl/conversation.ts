import { RafkaError } from '../../src/index.ts'
import { CommandContext } from '../context.ts'
import { exitCodeOf, exitCodes } from '../exit-code.ts'
import type { GlobalFlags } from '../global-options.ts'
import { reportError } from '../report-error.ts'
import { resolveCommand } from '../resolve-command.ts'
import type { Surroundings } from '../surroundings.ts'
import { fillTopic } from './fill-topic.ts'
import { readStatement, type Statement } from './grammar/read-statement.ts'
import { openOutside, runShell, type Surrounding } from './outside.ts'
import { Place } from './place.ts'
import { Settings } from './settings.ts'
import type { Stage } from './stage.ts'
import { unknownWord } from './unknown-word.ts'
import { replWords } from './words/index.ts'
import type { ReplWord } from './words/repl-word.ts'
import { runsBehind, tailBehind } from './words/tail-behind.ts'

/** Runs a command line, told its words and what it runs in. @returns the exit code */
export type RunLine = (words: readonly string[], surroundings: Surroundings) => Promise<number>

/** How deep scripts may call scripts, and words may call words. */
const MAX_DEPTH = 16
const MAX_REPEATS = 1_000_000

/** These take the data directory for themselves, so the session that holds it is let go before. */
const owners = new Set(['broker start', 'broker stop', 'storage verify'])

/** What stays between the lines of a REPL: the place, the settings. Runs the lines. */
export class Conversation {
  readonly words: readonly ReplWord[] = replWords
  readonly settings = new Settings()
  readonly runLine: RunLine
  /** The flags that the REPL was started with. */
  readonly startFlags: GlobalFlags
  /** Set once `exit` was said. */
  ended = false
  readonly stage: Stage
  #place: Place
  #depth = 0
  #errorPrefix = ''

  constructor(stage: Stage, startFlags: GlobalFlags, runLine: RunLine) {
    this.stage = stage
    this.startFlags = startFlags
    this.runLine = runLine
    this.#place = new Place(startFlags)
  }

  get place(): Place {
    return this.#place
  }

  /** Leaves the place for another one. */
  async moveTo(place: Place): Promise<void> {
    const before = this.#place
    await this.stage.tails?.stopAll()
    this.#place = place
    await before.session.letGo()
  }

  /** Runs one statement and tells its errors, after `errorPrefix`. @returns the exit code */
  async run(text: string, errorPrefix = ''): Promise<number> {
    const outer = this.#errorPrefix
    this.#errorPrefix = errorPrefix
    try {
      return await this.#runStatement(readStatement(text))
    } finally {
      this.#errorPrefix = outer
    }
  }

  /** Runs what may lead back to here. @throws RafkaError `INVALID_ARGUMENT` when it does so again and again */
  async nested(work: () => Promise<number>): Promise<number> {
    if (this.#depth >= MAX_DEPTH) throw new RafkaError('INVALID_ARGUMENT', `${MAX_DEPTH} lines call each other`)
    this.#depth += 1
    try {
      return await work()
    } finally {
      this.#depth -= 1
    }
  }

  async #runStatement(statement: Statement): Promise<number> {
    if (statement.kind === 'empty') return exitCodes.done
    const programs =
      statement.kind === 'shell' || (statement.kind === 'command' && statement.destination?.kind === 'pipe')
    return await this.stage.inFront({ programs }, async (surrounding) => {
      try {
        if (statement.kind === 'shell') return await runShell(surrounding.io, statement.command, this.stage.shellStdin)
        if (statement.kind !== 'command') throw notWhole(statement)
        return await this.#runRedirected(surrounding, statement)
      } catch (error) {
        return await this.#tell(error, this.#surroundings(surrounding))
      }
    })
  }

  async #runRedirected(around: Surrounding, statement: Statement & { kind: 'command' }): Promise<number> {
    const { words, input, destination } = statement
    if (input === undefined && destination === undefined) return await this.runWords(words, this.#surroundings(around))
    const outside = await openOutside(around, { input, destination })
    const code = await this.runWords(words, this.#surroundings(outside))
    const endedWith = await outside.finish()
    return code === exitCodes.done ? endedWith : code
  }

  /** Runs the words of a line, a word of the REPL or a command. Tells errors. @returns the exit code */
  async runWords(words: readonly string[], surroundings: Surroundings): Promise<number> {
    try {
      return await this.nested(() => this.#dispatch(words, surroundings))
    } catch (error) {
      return await this.#tell(error, surroundings)
    }
  }

  async #dispatch(words: readonly string[], surroundings: Surroundings): Promise<number> {
    const [first = '', ...args] = words
    if (/^\d{1,16}$/.test(first)) return await this.#repeat(Number(first), args, surroundings)
    const context = new CommandContext(surroundings, {})
    if (runsBehind(words)) return await tailBehind({ conversation: this, args: words, context, surroundings })
    const word = this.words.find(({ names }) => names.includes(first))
    if (word !== undefined && args.length === 1 && /^(?:-h|--help)$/.test(args[0]!)) {
      return await this.#dispatch(['help', first], surroundings)
    }
    if (word !== undefined) return await word.run({ conversation: this, args, context, surroundings })
    const resolved = resolveCommand(words)
    if (resolved.kind === 'unknown' && resolved.path.length === 0) {
      throw unknownWord(
        resolved.word,
        this.words.flatMap(({ names }) => names),
        await this.#topics(surroundings),
      )
    }
    const command = resolved.kind === 'command' ? resolved.entry.path.join(' ') : ''
    if (owners.has(command)) await this.#letGo()
    const code = await this.runLine(await fillTopic(words, this.#place.topic), surroundings)
    // Whatever is kept of a broker that does not answer is of no use; the next line tries anew.
    if (code === exitCodes.unreachable && (this.stage.tails?.all ?? []).length === 0) await this.#letGo()
    return code
  }

  async #repeat(times: number, words: readonly string[], surroundings: Surroundings): Promise<number> {
    if (words.length === 0) throw new RafkaError('INVALID_ARGUMENT', `what is to be run ${times} times is missing`)
    if (times > MAX_REPEATS) throw new RafkaError('INVALID_ARGUMENT', `${times} times is more than ${MAX_REPEATS}`)
    for (let done = 0; done < times; done += 1) {
      const code = await this.runWords(words, surroundings)
      if (code !== exitCodes.done) return code
    }
    return exitCodes.done
  }

  /** Names of topics, for hints: none where no broker answers. */
  async #topics(surroundings: Surroundings): Promise<string[]> {
    try {
      const { rafka } = await new CommandContext(surroundings, {}).session()
      return (await rafka.admin().listTopics()).map(({ name }) => name)
    } catch {
      return []
    }
  }

  #surroundings({ io, outputClosed }: Surrounding): Surroundings {
    return {
      io,
      outputClosed,
      flags: this.#flags(),
      form: this.settings.form,
      sessions: this.#place.session,
      errorPrefix: this.#errorPrefix,
      watchRecords: this.stage.watchRecords,
    }
  }

  #flags(): GlobalFlags {
    const { form, pages } = this.settings
    // Commands that print records know JSON alone of these forms.
    const json = form === undefined ? this.#place.flags.json === true : form === 'json'
    return { ...this.#place.flags, json, ...(pages ? {} : { pager: false }) }
  }

  async #tell(error: unknown, surroundings: Surroundings): Promise<number> {
    const context = new CommandContext(surroundings, {})
    // A hint may need the names that there are; nobody waits for a connection to get them.
    if (this.#place.session.current !== undefined) await context.session()
    await reportError(error, context)
    return exitCodeOf(error)
  }

  /** Lets go of the session. */
  async close(): Promise<void> {
    await this.#letGo()
  }

  async #letGo(): Promise<void> {
    await this.stage.tails?.stopAll()
    await this.#place.session.letGo()
  }
}

function notWhole(statement: Statement): RafkaError {
  const problem = statement.kind === 'wrong' ? statement.problem : 'the line ends within a quote or a bracket'
  return new RafkaError('INVALID_ARGUMENT', problem, { details: { hint: 'help tells how lines are written' } })
}
