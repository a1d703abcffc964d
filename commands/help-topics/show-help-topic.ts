import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { printPaged } from '../output/pager.ts'
import { helpTopics } from './index.ts'

/** Shows what `rafka help NAME` knows beside commands. @returns the exit code; undefined when it is no such name */
export async function showHelpTopic(
  { terminal }: CommandContext,
  name: string | undefined,
): Promise<number | undefined> {
  const topic = helpTopics.find((each) => each.name === name)
  if (topic === undefined) return undefined
  await printPaged(terminal, [...(await topic.load())])
  return exitCodes.done
}
