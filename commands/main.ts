import { setImmediate } from 'node:timers/promises'
import { RafkaError } from '../src/index.ts'
import { type CatalogEntry, replEntry } from './catalog.ts'
import { chooseForm, earlyForm } from './choose-form.ts'
import { closedOutput } from './closed-output.ts'
import type { AnyCommand, Invocation } from './command.ts'
import { CommandContext } from './context.ts'
import { exitCodeOf, exitCodes } from './exit-code.ts'
import type { GlobalFlags, ReportFlags } from './global-options.ts'
import { type Io, processIo } from './io.ts'
import { resolveCommand } from './resolve-command.ts'
import type { ReplRequest, Surroundings } from './surroundings.ts'

/** Runs the command line of a process, without the words `node` and `rafka`. Tells errors itself. @returns the exit code */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  const outputClosed = closedOutput(io.stdout)
  // Of an error there nobody would hear.
  io.stderr.on('error', () => {})
  if (argv[0] === '__complete')
    return await (await import('./completion/answer-shell.ts')).answerShell(argv.slice(1), io)
  if (argv[0] === '__look') return await (await import('./completion/look-up-names.ts')).lookUpNames(argv.slice(1), io)
  return await runLine(argv, { io, outputClosed, flags: {}, startRepl })
}

/** The REPL runs lines as this does: neither needs to know the other's file. */
async function startRepl(context: CommandContext, request: ReplRequest): Promise<number> {
  const { runRepl } = await import('./repl/run-repl.ts')
  return await runRepl(context, request, runLine)
}

async function runLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const line = spellOut(argv)
  // Before the line is understood, only its words can tell how an error should look.
  // Help is read by people, whatever form reports have been set to.
  const defaults = wantsHelp(line) ? { flags: {} } : surroundings
  const early = new CommandContext(surroundings, earlyFlags(line), earlyForm(line, defaults))
  const code = await runWords(argv, line, early)
  // A stream tells of a write that failed one turn later.
  await setImmediate()
  return early.outputClosed.aborted ? await tellClosedOutput(early, code) : code
}

async function runWords(argv: readonly string[], line: readonly string[], early: CommandContext): Promise<number> {
  try {
    const topic = argv[0] === 'help' ? argv[1] : undefined
    const told = topic !== undefined && (await (await import('./show-help.ts')).showHelpTopic(early, topic))
    if (told) return exitCodes.done
    const asked = askedForProperties(line)
    if (asked !== undefined) return await (await import('./list-properties.ts')).listProperties(early, asked)
    const resolved = resolveCommand(line)
    if (resolved.kind === 'unknown') throw unknownCommand(resolved)
    if (resolved.kind === 'command') return await runCommand(resolved.entry, resolved.rest, early)
    const isBare = resolved.path.length === 0 && !wantsHelp(line) && early.surroundings.startRepl !== undefined
    if (isBare) return await runCommand({ ...replEntry, path: [] }, line, early)
    return await (await import('./show-help.ts')).showGroupHelp(early, resolved.path, line)
  } catch (error) {
    return await report(error, early, false)
  }
}

/** `help x` is `x --help`, `--version` is `version`, and one bootstrap server is named as several are. */
function spellOut(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--')
  const argv = words.map((word, at) =>
    end === -1 || at < end ? word.replace(/^--bootstrap-servers(?==|$)/, '--bootstrap-server') : word,
  )
  if (argv[0] === 'help') return [...argv.slice(1), '--help']
  return argv[0] === '--version' || argv[0] === '-V' ? ['version', ...argv.slice(1)] : argv
}

function earlyFlags(line: readonly string[]): GlobalFlags {
  const end = line.indexOf('--')
  const words = end === -1 ? line : line.slice(0, end)
  const has = (...flags: string[]) => flags.some((flag) => words.includes(flag))
  return {
    ...(has('--json') ? { json: true } : {}),
    ...(has('--debug') ? { debug: true } : {}),
    ...(has('--quiet', '-q') ? { quiet: true } : {}),
    ...(has('--no-color') ? { color: false } : {}),
    ...(has('--no-pager') ? { pager: false } : {}),
  }
}

/** `-X list` and `-X help` are asked of no command in particular. */
function askedForProperties(line: readonly string[]): 'list' | 'help' | undefined {
  const end = line.indexOf('--')
  const words = (end === -1 ? line : line.slice(0, end)).join(' ')
  return /(?:^| )-X ?(list|help)(?: |$)/.exec(words)?.[1] as 'list' | 'help' | undefined
}

function unknownCommand({ word, path, near }: { word: string; path: readonly string[]; near: string | undefined }) {
  const name = [...path, word].join(' ')
  const hint = near === undefined ? ['rafka', ...path, '--help'].join(' ') : `did you mean: ${near}`
  return new RafkaError('INVALID_ARGUMENT', `unknown command "${name}"`, { details: { hint } })
}

function wantsHelp(line: readonly string[]): boolean {
  return line.includes('--help') || line.includes('-h')
}

async function runCommand(entry: CatalogEntry, rest: readonly string[], early: CommandContext): Promise<number> {
  const [spec, { declareCommand, parseArguments }] = await Promise.all([entry.load(), import('./parse-arguments.ts')])
  const command = declareCommand(entry, spec)
  let context = early
  try {
    const { args, flags, wantsHelp } = parseArguments(command, rest)
    if (wantsHelp) return await (await import('./show-help.ts')).showCommandHelp(early, entry, spec, command)
    context = new CommandContext(early.surroundings, flags, chooseForm(flags, spec, early.surroundings))
    return await runWith(context, spec, { args, flags: flags as never })
  } catch (error) {
    return await report(error, context, spec.streams === true)
  }
}

/** An error is told while the session is still open: what is near to a wrong name is asked of the broker. */
async function runWith(context: CommandContext, spec: AnyCommand, invocation: Invocation<never>): Promise<number> {
  let code: number
  try {
    code = await runAndPresent(context, spec, invocation)
  } catch (error) {
    code = await report(error, context, spec.streams === true)
  }
  try {
    await context.close()
  } catch (error) {
    if (code === exitCodes.done) code = await report(error, context, spec.streams === true)
  }
  return code
}

async function runAndPresent(
  context: CommandContext,
  spec: AnyCommand,
  invocation: Invocation<never>,
): Promise<number> {
  const { watch }: ReportFlags = invocation.flags
  if (context.form !== 'schema' && watch === undefined) {
    const outcome = await spec.run(context, invocation)
    if (typeof outcome !== 'object') return outcome ?? exitCodes.done
    return await (await import('./present-outcome.ts')).presentOutcome(context, outcome)
  }
  const { presentOutcome, presentShape } = await import('./present-outcome.ts')
  if (watch === undefined) return await presentShape(context, spec)
  const { repeatedly } = await import('./watch.ts')
  return await presentOutcome(context, repeatedly(spec, context, invocation, watch))
}

async function report(error: unknown, context: CommandContext, stdoutIsForRecords: boolean): Promise<number> {
  // What follows from a closed output is told once, at the end.
  if (context.outputClosed.aborted || isBrokenPipe(error)) return exitCodes.done
  const { reportError } = await import('./report-error.ts')
  await reportError(error, context, stdoutIsForRecords)
  return exitCodeOf(error)
}

/** A reader that had enough (`| head`) ends the work quietly; a disk that is full is a failure. */
async function tellClosedOutput({ outputClosed, terminal }: CommandContext, code: number): Promise<number> {
  const reason: unknown = outputClosed.reason
  if (isBrokenPipe(reason)) return code
  await terminal.error(
    `cannot write to stdout: ${reason instanceof Error ? reason.message : String(reason)}`,
    undefined,
  )
  return exitCodes.failed
}

/** What a write to a reader that is gone fails with; the stream may tell of it only later, or have been given up before. */
function isBrokenPipe(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED'
}
