import type { CommandContext } from '../context.ts'
import { compileFormat } from './compile-format.ts'
import { type RecordRenderer, renderValue } from './record-renderer.ts'

/**
 * The renderer for `--format`: `raw` gives the bytes as they are, also to a terminal; `value` the same, escaped for a terminal; `json`,
 * `pretty`, or a format of verbs. Without it, pretty for a terminal and raw for a pipe.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export async function chooseRenderer(context: CommandContext, format: string | undefined): Promise<RecordRenderer> {
  const { isTerminal } = context.terminal
  const name = format ?? (context.wantsJson ? 'json' : isTerminal ? 'pretty' : 'raw')
  if (name === 'raw') return renderValue
  if (name === 'value') return isTerminal ? compileFormat('%v\\n', true) : renderValue
  if (name === 'json') return (await import('./render-json.ts')).renderJson
  if (name !== 'pretty') return compileFormat(name, isTerminal)
  const { renderPretty } = await import('./render-pretty.ts')
  return renderPretty(await context.terminal.paint(), new Date())
}
