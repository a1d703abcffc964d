import { isRafkaError, openSql, type Sql, type SqlResult } from '../../src/index.ts'
import { consumerLimits } from '../consumer-limits.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { type EndSignal, onInterrupt } from '../interrupts.ts'
import { OutputBuffer } from '../output/output-buffer.ts'
import { countOf, formatElapsed } from '../output/quantities.ts'
import type { ResultWriter } from './result-writer.ts'

/** Runs a script and prints what its statements give. @returns the exit code */
export async function printResults(context: CommandContext, script: string, writer: ResultWriter): Promise<number> {
  const { rafka } = await context.session()
  const sql = await openSql(rafka, consumerLimits(await context.config()))
  const stopping = new AbortController()
  let signal: EndSignal | undefined
  using _ = onInterrupt(context.io.signals, (which) => {
    signal = which
    stopping.abort()
  })
  const stop = () => stopping.abort()
  context.outputClosed.addEventListener('abort', stop)
  const out = new OutputBuffer(context.io.stdout)
  try {
    for await (const result of sql.run(script, { signal: stopping.signal })) {
      await printResult(context, result, writer, out, stopping.signal)
    }
    return exitCodes.done
  } catch (error) {
    if (!isRafkaError(error, 'CANCELLED') || !stopping.signal.aborted) throw error
    return signal === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted
  } finally {
    context.outputClosed.removeEventListener('abort', stop)
    await out.finish()
    await close(sql)
  }
}

async function printResult(
  { terminal, outputClosed }: CommandContext,
  { columns, rows }: SqlResult,
  writer: ResultWriter,
  out: OutputBuffer,
  stopped: AbortSignal,
): Promise<void> {
  const startedAt = performance.now()
  let count = 0
  writer.begin(columns)
  const bunches = rows[Symbol.asyncIterator]()
  const next = () => bunches.next()
  try {
    let bunch = await terminal.busy('running', next())
    for (; bunch.done !== true && !outputClosed.aborted; bunch = await next()) {
      for (const row of bunch.value) {
        writer.row(row, out)
        if (out.isFull) await out.flush()
      }
      count += bunch.value.length
      await out.flush()
    }
  } finally {
    // A head without rows would look like an answer.
    if (count > 0 || !stopped.aborted) writer.end(out)
    await out.finish()
  }
  // Where the rows go elsewhere, a count would stand between what is made of them.
  if (!terminal.isTerminal && !stopped.aborted) return
  const told = stopped.aborted ? `stopped after ${countOf(count, 'row')}` : countOf(count, 'row')
  terminal.note(`${told}  (${formatElapsed(performance.now() - startedAt)})`)
}

/** A computation that SQLite does not end would keep the process from ending. */
async function close(sql: Sql): Promise<void> {
  await sql.close()
  if (!sql.stuck) return
  process.once('exit', () => {
    process.removeAllListeners('SIGINT')
    process.kill(process.pid, 'SIGINT')
  })
}
