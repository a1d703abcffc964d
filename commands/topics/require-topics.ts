import type { Command } from 'commander'
import { RafkaError } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { pickTopic } from '../prompts.ts'

/** The flag of commands that take patterns for names. */
export interface RegexFlags {
  readonly regex?: boolean
}

/** Adds the flag of `RegexFlags`. */
export function declareRegex(command: Command): Command {
  return command.option('-r, --regex', 'names are regular expressions, each for whole names')
}

/**
 * The topics that were named, each once; those whose whole name a pattern fits, never internal ones; where none was named and somebody can be
 * asked, the one that is picked.
 * @throws RafkaError `INVALID_ARGUMENT` for a pattern that is none, `UNKNOWN_TOPIC_OR_PARTITION` when no topic fits
 */
export async function requireTopics(
  context: CommandContext,
  args: readonly string[],
  usage: string,
  { regex }: RegexFlags = {},
): Promise<string[]> {
  if (args.length === 0) return [await pickTopic(context, usage)]
  if (regex !== true) return [...new Set(args)]
  const patterns = args.map(readPattern)
  const { rafka } = await context.session()
  const names = (await rafka.admin().listTopics()).filter((topic) => !topic.internal).map(({ name }) => name)
  const fitting = names.filter((name) => patterns.some((pattern) => pattern.test(name))).sort()
  if (fitting.length > 0) return fitting
  throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `no topic fits ${args.join(', ')}`, {
    details: { hint: 'a pattern has to fit the whole name: ".*" at an end lets more of it through' },
  })
}

function readPattern(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`, 'u')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RafkaError('INVALID_ARGUMENT', `${JSON.stringify(text)} is no regular expression: ${reason}`, {
      cause: error,
    })
  }
}
