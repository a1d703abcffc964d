import type { Command } from 'commander'
import type { CommandContext } from './context.ts'

/** What was given to a command, beside the flags that all commands share. */
export interface Invocation<Flags> {
  readonly args: readonly string[]
  readonly flags: Flags
}

/** One command: what it takes and what it does. */
export interface CommandSpec<Flags> {
  /** After the command's name: `TOPIC... [options]`. */
  readonly usage: string
  /** Command lines, each with a few words on what they do. */
  readonly examples: ReadonlyArray<readonly [line: string, meaning: string]>
  /** Declares arguments and options. */
  declare(command: Command): Command
  /** Keeps stdout for records alone: errors stay on stderr, also with `--json`. */
  readonly streams?: boolean
  /** @returns the exit code; 0 when it returns nothing */
  // biome-ignore lint/suspicious/noConfusingVoidType: most commands have nothing to return
  run(context: CommandContext, invocation: Invocation<Flags>): Promise<number | void>
}

/** A command whose flags have been forgotten, so that all fit in one catalog. */
export type AnyCommand = CommandSpec<never>

/** Checks a command's shape where it is written. `Flags` are what its options become. */
export function defineCommand<Flags = Record<never, never>>(spec: CommandSpec<Flags>): CommandSpec<Flags> {
  return spec
}
