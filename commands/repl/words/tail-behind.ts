import { exitCodes } from '../../exit-code.ts'
import { fillTopic } from '../fill-topic.ts'
import { onlyOnTerminal } from './only-on-terminal.ts'
import type { WordCall } from './repl-word.ts'

const flags: readonly string[] = ['-d', '--background']

/** Whether a line is one that follows topics in the background: `tail -d`, `consume -d`. */
export function runsBehind(words: readonly string[]): boolean {
  return (words[0] === 'tail' || words[0] === 'consume') && words.some((word) => flags.includes(word))
}

/** `tail -d TOPIC`: follows it while other lines are typed. */
export async function tailBehind({ conversation, args, context, surroundings }: WordCall): Promise<number> {
  const { tails } = conversation.stage
  if (tails === undefined) throw onlyOnTerminal(`${args[0]} -d`)
  const line = await fillTopic(
    args.filter((word) => !flags.includes(word)),
    conversation.place.topic,
  )
  // The connection is the foreground's to make: an error of it is told here.
  await context.session()
  const number = tails.start(line.join(' '), surroundings, (own) => conversation.runLine(line, own))
  context.terminal.print(`[${number}] ${line.join(' ')}: in the background; stop ${number} ends it`)
  return exitCodes.done
}
