import { RafkaError } from '../../../src/index.ts'
import type { ReplWord } from './repl-word.ts'

/** @throws RafkaError `INVALID_ARGUMENT` unless a word of the REPL is followed by `least` to `most` words */
export function requireCount(word: ReplWord, args: readonly string[], least: number, most = least): void {
  if (args.length >= least && args.length <= most) return
  throw wrongUse(word, args.length < least ? 'something is missing' : `${JSON.stringify(args[most])} is too much`)
}

/** The error of a word of the REPL that was not used as it can be. */
export function wrongUse({ names, usage }: ReplWord, problem: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `${names[0]}: ${problem}`, {
    details: { hint: `${names[0]} ${usage}`.trimEnd() },
  })
}
