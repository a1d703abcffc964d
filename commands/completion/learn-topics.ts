import type { CommandContext } from '../context.ts'
import { NamesFile } from './names-file.ts'

/** Lets the shell's completion know of topics that came or went. */
export async function learnTopics(
  context: CommandContext,
  { added = [], removed = [] }: { readonly added?: readonly string[]; readonly removed?: readonly string[] },
): Promise<void> {
  const file = new NamesFile(context.io.env, await context.config())
  file.learn((topics) => [...topics.filter((name) => !removed.includes(name)), ...added])
}
