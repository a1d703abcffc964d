import { RafkaError } from '../src/index.ts'
import type { AnyCommand } from './command.ts'
import type { GlobalFlags, ReportFlags } from './global-options.ts'
import type { OutputForm } from './output/print-report.ts'
import type { Surroundings } from './surroundings.ts'

/** What holds where a line does not say it. */
type Defaults = Pick<Surroundings, 'form' | 'flags'>

/**
 * The form in which a command's report is wanted: by the line's own flags, else by `defaults`.
 * @throws RafkaError `INVALID_ARGUMENT` when two flags say different things
 */
export function chooseForm(flags: GlobalFlags, { shape }: AnyCommand, defaults: Defaults): OutputForm {
  // Without a shape, --format is the command's own flag.
  const format = shape === undefined ? undefined : (flags as ReportFlags).format
  if (flags.json !== true) return format ?? (shape === undefined ? 'table' : formByDefault(defaults))
  if (format === undefined || format === 'json') return 'json'
  throw new RafkaError('INVALID_ARGUMENT', `--json and --format ${format} say different things: leave out one of them`)
}

/** The form that the words of a line suggest before it is understood, for errors. */
export function earlyForm(line: readonly string[], defaults: Defaults): OutputForm {
  const end = line.indexOf('--')
  const words = end === -1 ? line : line.slice(0, end)
  const asked = (form: string) => {
    const at = words.indexOf('--format')
    return words.includes(`--format=${form}`) || (at !== -1 && words[at + 1] === form)
  }
  if (words.includes('--json') || asked('json')) return 'json'
  return asked('yaml') ? 'yaml' : formByDefault(defaults)
}

function formByDefault({ form, flags }: Defaults): OutputForm {
  return form ?? (flags.json === true ? 'json' : 'table')
}
