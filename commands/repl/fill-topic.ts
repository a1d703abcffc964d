import { isRafkaError } from '../../src/index.ts'
import { declareCommand, parseArguments } from '../parse-arguments.ts'
import { resolveCommand } from '../resolve-command.ts'

/** Commands that are about the topic in use when they name none. Nothing is ever removed that was not named. */
const optional = new Set(['consume', 'tail', 'topics describe', 'topics alter', 'topics add-partitions'])

/** The line with the topic in use where it belongs: `produce` sends all its words there, others go there when they name no topic. */
export async function fillTopic(words: readonly string[], topic: string | undefined): Promise<readonly string[]> {
  if (topic === undefined) return words
  const resolved = resolveCommand(words)
  if (resolved.kind !== 'command') return words
  const { entry, rest } = resolved
  const name = entry.path.join(' ')
  const filled = [...entry.path, topic, ...rest]
  if (name === 'produce') return rest.includes('--help') || rest.includes('-h') ? words : filled
  if (!optional.has(name)) return words
  const command = declareCommand(entry, await entry.load())
  try {
    const { args, wantsHelp } = parseArguments(command, rest)
    return args.length === 0 && !wantsHelp ? filled : words
  } catch (error) {
    // What is wrong with it is told when it runs.
    if (isRafkaError(error)) return words
    throw error
  }
}
