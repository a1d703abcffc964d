import { TestTerminal } from './terminal.ts'

/** A terminal in which `rafka` asks for a line. */
export async function openReplIn(env: Record<string, string>, line = 'rafka', columns = 100): Promise<TestTerminal> {
  const terminal = await TestTerminal.open(env, columns)
  await terminal.type(`${line}; echo "rc=$?"`)
  await terminal.shows(/^rafka .*> *$/m)
  return terminal
}
