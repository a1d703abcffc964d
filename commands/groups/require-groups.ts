import type { CommandContext } from '../context.ts'
import { missingArgument, pickName } from '../prompts.ts'

/**
 * The groups that were named, each once; where none was and somebody can be asked, the one that is picked.
 * @throws RafkaError `INVALID_ARGUMENT` where nobody can be asked, or when there is no group
 */
export async function requireGroups(
  context: CommandContext,
  args: readonly string[],
  usage: string,
): Promise<string[]> {
  if (args.length > 0) return [...new Set(args)]
  if (!context.terminal.canAsk) throw missingArgument('no group was named', usage)
  const { rafka } = await context.session()
  const names = (await rafka.admin().listGroups()).map(({ group }) => group)
  if (names.length === 0) throw missingArgument('no group was named, and there is none yet', usage)
  return [await pickName(context, 'Group', names)]
}
