import { setTimeout } from 'node:timers/promises'
import { exitCodes } from '../../exit-code.ts'
import { onInterrupt } from '../../interrupts.ts'
import { resolveCommand } from '../../resolve-command.ts'
import type { ReplWord } from './repl-word.ts'
import { wrongUse } from './require-count.ts'

const DEFAULT_SECONDS = 2
const SHORTEST_SECONDS = 0.1

/** Commands that can repeat themselves do it better: in place. */
async function watchFlag(words: readonly string[], seconds: number): Promise<string | undefined> {
  const resolved = resolveCommand(words)
  if (resolved.kind !== 'command' || words.includes('--')) return undefined
  const { watch, interval } = await resolved.entry.load()
  return watch === true ? `--watch=${seconds}` : interval && `${interval}=${seconds}`
}

/** `watch [SEC] CMD`. */
export const watch: ReplWord = {
  names: ['watch'],
  usage: '[SECONDS] COMMAND',
  summary: 'run it again and again, every 2 seconds, until Ctrl-C',
  async run({ conversation, args, surroundings }) {
    const given = /^\d+(\.\d+)?$/.test(args[0] ?? '') ? Number(args[0]) : undefined
    const words = given === undefined ? args : args.slice(1)
    if (words.length === 0) throw wrongUse(this, 'a command is missing')
    const seconds = given ?? DEFAULT_SECONDS
    if (seconds < SHORTEST_SECONDS) throw wrongUse(this, `${seconds} is less than ${SHORTEST_SECONDS} seconds`)
    const again = await watchFlag(words, seconds)
    if (again !== undefined) return await conversation.runWords([...words, again], surroundings)
    const stop = new AbortController()
    using _ = onInterrupt(surroundings.io.signals, () => stop.abort())
    for (;;) {
      const code = await conversation.runWords(words, surroundings)
      if (code !== exitCodes.done) return code
      await setTimeout(seconds * 1000, undefined, { signal: stop.signal }).catch(() => {})
      if (stop.signal.aborted) return exitCodes.done
    }
  },
}
