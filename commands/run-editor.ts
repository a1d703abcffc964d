import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { RafkaError } from '../src/index.ts'
import type { CommandContext } from './context.ts'

/**
 * Lets a person change a file in $VISUAL, $EDITOR or vi.
 * @param otherwise what it means when the editor fails: `nothing was changed`
 * @throws RafkaError `CANCELLED` when the editor fails
 */
export async function runEditor({ io, terminal }: CommandContext, file: string, otherwise: string): Promise<void> {
  const editor = io.env.VISUAL || io.env.EDITOR || 'vi'
  const ended = terminal.lend(() =>
    once(spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' }), 'close'),
  )
  const [code] = (await ended) as [number | null]
  if (code !== 0) throw new RafkaError('CANCELLED', `${editor} ended with ${code ?? 'a signal'}; ${otherwise}`)
}
