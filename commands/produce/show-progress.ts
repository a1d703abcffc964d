import type { CommandContext } from '../context.ts'
import { countOf, formatCount, formatSize } from '../output/quantities.ts'
import type { RecordSink } from './record-sink.ts'

const AFTER_MS = 1000
const EVERY_MS = 250

/** While a pipe is being sent, keeps one line on a terminal up to date: `12,345 records  8.1 MiB  4,102/s`. Clears it when disposed. */
export function showProgress({ io, terminal }: CommandContext, sink: RecordSink): Disposable {
  if (!terminal.hasReader || io.stdin.isTTY === true) return { [Symbol.dispose]: () => {} }
  const startedAt = performance.now()
  let shown = false
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs < AFTER_MS) return
    const { records, bytes } = sink.acknowledged
    const rate = formatCount(Math.round((records * 1000) / elapsedMs))
    terminal.status(`${countOf(records, 'record')}  ${formatSize(bytes)}  ${rate}/s`)
    shown = true
  }, EVERY_MS)
  timer.unref()
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      if (shown) terminal.status('')
    },
  }
}
