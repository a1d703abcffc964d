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
  const [said = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n')
  const { message, near } = wrongValue(said) ?? { message: said.replaceAll("'", '"').replace(/\.$/, '') }
  const meant = /Did you mean (.+)\?/.exec(suggestion)?.[1] ?? near
  const hint = meant === undefined ? `${name} --help` : `did you mean ${meant}?`
  return new RafkaError('INVALID_ARGUMENT', message, { details: { hint } })
}

const valueOfFlag =
  /^option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. (?:Allowed choices are (.*)\.|(.*))$/s
const valueOfArgument =
  /^command-argument value (')(.*)' is invalid for argument '[^']*'\. (?:Allowed choices are (.*)\.|(.*))$/s

function missingValue(said: string): { readonly message: string } | undefined {
  const [, flag] = /^option '(?:-\w, )?(--[\w-]+)[^']*' argument missing$/.exec(said) ?? []
  return flag === undefined ? undefined : { message: `${flag} needs a value` }
}

/** What a wrong value is said to be, as other errors say it, and the choice that it was most likely meant to be. */
function wrongValue(said: string): { readonly message: string; readonly near?: string | undefined } | undefined {
  const [, flag = '', given = '', choices, expected = ''] = valueOfFlag.exec(said) ?? valueOfArgument.exec(said) ?? []
  if (flag === '') return missingValue(said)
  const wanted = choices === undefined ? expected.replace(/^E/, 'e') : `expected one of ${choices}`
  const message = `${flag === "'" ? '' : `${flag}: `}${wanted}, not ${JSON.stringify(given)}`
  return { message, near: choices === undefined ? undefined : nearestName(given, choices.split(', ')) }
}
