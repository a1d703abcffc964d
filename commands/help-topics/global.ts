import { Command } from 'commander'
import { declareGlobalOptions } from '../global-options.ts'
import { optionLines } from '../output/two-columns.ts'

/** What each of the global flags does. */
export function globalHelp(width: number): string[] {
  const command = new Command('rafka')
  command.helpOption('-h, --help', 'this help; with --json for tools')
  declareGlobalOptions(command)
  const hidden = command.options.filter((option) => option.hidden)
  return [
    'Flags that every command takes, before or after its name',
    '',
    ...optionLines(command.createHelp().visibleOptions(command), width),
    '',
    'Less often',
    ...optionLines(hidden, width),
  ]
}
