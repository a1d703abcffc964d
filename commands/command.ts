import type { Command } from 'commander'
import type { CommandContext } from './context.ts'
import type { LiveReports, Report, RowStream } from './output/report.ts'
import type { Shape } from './output/shape.ts'

/** What was given to a command, beside the flags that all commands share. */
export interface Invocation<Flags> {
  readonly args: readonly string[]
  readonly flags: Flags
}

/** What a command hands over to be printed, in whatever form was asked for. */
export type Outcome<Document> = Report<Document> | RowStream<Document> | LiveReports<Document>

/** The flags of a command that has none of its own. */
export type NoFlags = Record<never, never>

/** One command: what it takes and what it does. `Document` is what it tells programs; one that prints by itself has none. */
export interface CommandSpec<Flags, Document = never> {
  /** After the command's name: `TOPIC... [options]`. */
  readonly usage: string
  /** Command lines, each with a few words on what they do. */
  readonly examples: ReadonlyArray<readonly [line: string, meaning: string]>
  /** Declares arguments and options. */
  declare(command: Command): Command
  /** Keeps stdout for records alone: errors stay on stderr, also with `--json`. */
  readonly streams?: boolean
  /** The shape of what it hands over, for `--format`; of each document where there are many. */
  readonly shape?: Shape<Document>
  /** Takes `--watch`: it may be run again and again. */
  readonly watch?: boolean
  /** For a command that is live by itself: the flag with the time between two looks. */
  readonly interval?: string
  /** @returns what is to be printed; or, where it printed by itself, the exit code, 0 when it returns nothing */
  // biome-ignore lint/suspicious/noConfusingVoidType: commands that print by themselves often have nothing to return
  run(context: CommandContext, invocation: Invocation<Flags>): Promise<Outcome<Document> | number | void>
}

/** A command whose flags have been forgotten, so that all fit in one catalog. */
export type AnyCommand = CommandSpec<never, unknown>

/** Checks a command's shape where it is written. `Flags` are what its options become. */
export function defineCommand<Flags, Document = never>(
  spec: CommandSpec<Flags, Document>,
): CommandSpec<Flags, Document> {
  return spec
}
