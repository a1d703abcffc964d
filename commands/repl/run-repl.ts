import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { withStreams } from '../io.ts'
import type { ReplRequest } from '../surroundings.ts'
import { Conversation, type RunLine } from './conversation.ts'
import { runScript } from './run-script.ts'
import { readScript, type Script, type ScriptLine } from './script-lines.ts'
import type { Stage } from './stage.ts'
import { nothingToRead } from './terminal/nothing-to-read.ts'

/** `rafka repl`: asks for lines at a terminal; else runs those that were given, or that come on stdin. @returns the exit code */
export async function runRepl(context: CommandContext, request: ReplRequest, runLine: RunLine): Promise<number> {
  const { commands, files } = request
  const isGiven = commands.length + files.length > 0
  const { stdin, stdout } = context.io
  if (!isGiven && stdin.isTTY === true) {
    if (stdout.isTTY !== true) return await showUsage(context)
    if (context.io.env.TERM === 'dumb') return await runDumb(context, runLine)
    const { converse } = await import('./converse.ts')
    return await converse(context, request, runLine)
  }
  if (isGiven) return await runGiven(context, request, runLine)
  return await runGiven(context, { ...request, files: ['-'] }, runLine)
}

async function runGiven(context: CommandContext, request: ReplRequest, runLine: RunLine): Promise<number> {
  const { commands, files } = request
  const scripts: Script[] = []
  if (commands.length > 0) scripts.push(commands.map((text, index) => ({ text, where: `command ${index + 1}` })))
  for (const name of files) scripts.push(await readScript(context.io, name))
  const conversation = new Conversation(scriptStage(context, files.includes('-')), context.flags, runLine)
  try {
    return await runAll(context, conversation, scripts, {
      ...request,
      needsLines: commands.length === 0 && files.every((name) => name === '-'),
    })
  } finally {
    await conversation.close()
  }
}

/** Without a cursor that can be moved, lines are what the terminal itself gives; it is asked for them all the same. */
async function runDumb(context: CommandContext, runLine: RunLine): Promise<number> {
  const conversation = new Conversation(scriptStage(context, true), context.flags, runLine)
  try {
    const script = prompted(await readScript(context.io, '-'), () => context.io.stderr.write('rafka> '))
    return await runAll(context, conversation, [script], { bail: false, needsLines: false })
  } finally {
    await conversation.close()
  }
}

async function* prompted(script: Script, prompt: () => void): AsyncIterable<ScriptLine> {
  prompt()
  for await (const line of script) {
    yield line
    prompt()
  }
}

async function runAll(
  context: CommandContext,
  conversation: Conversation,
  scripts: readonly Script[],
  { bail, needsLines }: { readonly bail: boolean; readonly needsLines: boolean },
): Promise<number> {
  let code: number = exitCodes.done
  let lines = 0
  for (const script of scripts) {
    const counted = count(script, () => {
      lines += 1
    })
    const ended = await runScript(conversation, counted, bail)
    if (ended !== exitCodes.done) code = ended
    if (conversation.ended || ended > exitCodes.failed || (bail && ended !== exitCodes.done)) break
  }
  return needsLines && lines === 0 ? await showUsage(context) : code
}

async function* count(script: Script, counted: () => void): AsyncIterable<ScriptLine> {
  for await (const line of script) {
    counted()
    yield line
  }
}

/** Where a script itself comes on stdin, its commands have none. */
function scriptStage({ io, outputClosed }: CommandContext, onStdin: boolean): Stage {
  const inner = onStdin ? withStreams(io, { stdin: nothingToRead(), inputFile: undefined }) : io
  return {
    inFront: (_, work) => work({ io: inner, outputClosed }),
    shellStdin: onStdin ? 'ignore' : 'inherit',
  }
}

async function showUsage({ io }: CommandContext): Promise<number> {
  const { groupHelp } = await import('../output/help.ts')
  io.stderr.write(`${groupHelp([], io.stderr.columns).join('\n')}\n`)
  return exitCodes.usage
}
