import type { CommandContext } from '../context.ts'
import { type RecordRenderer, renderValue } from '../format/print/record-renderer.ts'
import { refuseUnknownName } from '../format/refuse-unknown-name.ts'
import { unescapeOption } from '../format/unescape-option.ts'

/** What `--format` and `--null` were. */
export interface FormatFlags {
  readonly format?: string
  readonly null?: string
}

const names = ['value', 'raw', 'pretty', 'json', 'json-nested']

/**
 * The renderer for `--format`: `raw` gives the bytes as they are, also to a terminal; `value` the same, escaped for a terminal; `json`,
 * `json-nested`, `pretty`, or a format of verbs. Without it, pretty for a terminal and raw for a pipe.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export async function chooseRenderer(context: CommandContext, flags: FormatFlags): Promise<RecordRenderer> {
  const { isTerminal } = context.terminal
  const name = flags.format ?? (context.wantsJson ? 'json' : isTerminal ? 'pretty' : 'raw')
  const nullText = flags.null === undefined ? undefined : unescapeOption('--null', flags.null)
  if (name === 'raw' && nullText === undefined) return renderValue
  if (name === 'value' && nullText === undefined && !isTerminal) return renderValue
  if (name === 'json') return (await import('./render-json.ts')).jsonRenderer()
  if (name === 'json-nested') return (await import('./render-json.ts')).nestedJsonRenderer()
  if (name === 'pretty') {
    const { renderPretty } = await import('./render-pretty.ts')
    return renderPretty(await context.terminal.paint(), new Date())
  }
  if (!names.includes(name)) refuseUnknownName('--format', name, names)
  const { compilePrinter } = await import('../format/print/compile-printer.ts')
  const format = name === 'value' || name === 'raw' ? '%v\\n' : name
  return compilePrinter(format, { flag: '--format', safe: isTerminal && name !== 'raw', nullText })
}
