import type { CommandContext } from '../../context.ts'
import type { Surroundings } from '../../surroundings.ts'
import type { Conversation } from '../conversation.ts'

/** A line that begins with a word of the REPL. */
export interface WordCall {
  readonly conversation: Conversation
  /** The words after it. */
  readonly args: readonly string[]
  /** What it prints with and asks. */
  readonly context: CommandContext
  /** What commands run in that it calls. */
  readonly surroundings: Surroundings
}

/** A word that the REPL knows beside the commands of `rafka`. */
export interface ReplWord {
  readonly names: readonly string[]
  /** After its name. */
  readonly usage: string
  readonly summary: string
  /** @returns the exit code */
  run(call: WordCall): Promise<number>
}
