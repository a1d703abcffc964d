import { Command, CommanderError } from 'commander'
import { nearestName } from '../config/nearest-name.ts'
import { RafkaError } from '../src/index.ts'
import type { CatalogEntry } from './catalog.ts'
import type { AnyCommand } from './command.ts'
import { declareGlobalOptions, declareReportOptions, type GlobalFlags } from './global-options.ts'

/** The words and flags of a line, read by what its command declares. */
export interface ParsedArguments {
  readonly args: readonly string[]
  readonly flags: GlobalFlags
  readonly wantsHelp: boolean
}

/** A commander command that reads the rest of a line: declared, not yet run. */
export function declareCommand(entry: CatalogEntry, spec: AnyCommand): Command {
  const command = new Command(['rafka', ...entry.path].join(' '))
  command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} })
  command.helpOption('-h, --help', 'this help').usage(spec.usage).description(entry.summary)
  spec.declare(command)
  declareReportOptions(command, spec)
  declareGlobalOptions(command)
  return command
}

/** @throws RafkaError `INVALID_ARGUMENT` for an unknown flag, a wrong value or a word too many, with the nearest right one in `details.hint` */
export function parseArguments(command: Command, rest: readonly string[]): ParsedArguments {
  try {
    command.parse([...rest], { from: 'user' })
    return { args: command.args, flags: command.opts(), wantsHelp: false }
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.helpDisplayed') return { args: [], flags: {}, wantsHelp: true }
    if (error.code === 'commander.excessArguments') throw surplusError(command)
    throw usageError(error, command.name())
  }
}

function surplusError(command: Command): RafkaError {
  const word = command.args[command.registeredArguments.length]
  const message = `${JSON.stringify(word)} is one word too many`
  return new RafkaError('INVALID_ARGUMENT', message, { details: { hint: `${command.name()} --help` } })
}

function usageError(error: CommanderError, name: string): RafkaError {
  const [message, suggestion] = error.message.replace(/^error: /, '').split('\n')
  const near = /Did you mean (.+)\?/.exec(suggestion ?? '')?.[1] ?? nearestChoice(message!)
  const hint = near === undefined ? `${name} --help` : `did you mean ${near}?`
  return new RafkaError('INVALID_ARGUMENT', message!.replaceAll("'", '"').replace(/\.$/, ''), { details: { hint } })
}

/** The choice that a wrong value of a flag was most likely meant to be. */
function nearestChoice(message: string): string | undefined {
  const [, given, choices] = /argument '(.*)' is invalid\. Allowed choices are (.*)\.$/.exec(message) ?? []
  return given === undefined ? undefined : nearestName(given, choices!.split(', '))
}
