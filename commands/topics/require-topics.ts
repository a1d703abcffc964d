import type { CommandContext } from '../context.ts'
import { pickTopic } from '../prompts.ts'

/** The topics that were named, each once; where none was and somebody can be asked, the one that is picked. */
export async function requireTopics(
  context: CommandContext,
  args: readonly string[],
  usage: string,
): Promise<string[]> {
  return args.length > 0 ? [...new Set(args)] : [await pickTopic(context, usage)]
}
