import { countOf, formatCount, formatSize } from './quantities.ts'
import type { Terminal } from './terminal.ts'

const AFTER_MS = 1000
const EVERY_MS = 250
/** Slower than this, the line tells less than it disturbs what others write on the same terminal: `rafka consume logs &  tail -f app.log | rafka produce logs`. */
const MIN_RECORDS_PER_SECOND = 50
const MIN_BYTES_PER_SECOND = 64 * 1024

/** While something lasts that goes fast, keeps one line on a terminal up to date: `12,345 records  8.1 MiB  4,102/s`. Clears it when disposed. */
export function showCounts(terminal: Terminal, counts: () => { records: number; bytes: number }): Disposable {
  if (!terminal.hasReader) return { [Symbol.dispose]: () => {} }
  const startedAt = performance.now()
  let shown = false
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs < AFTER_MS) return
    const { records, bytes } = counts()
    const rate = Math.round((records * 1000) / elapsedMs)
    const isFast = rate >= MIN_RECORDS_PER_SECOND || (bytes * 1000) / elapsedMs >= MIN_BYTES_PER_SECOND
    if (!isFast && !shown) return
    terminal.status(`${countOf(records, 'record')}  ${formatSize(bytes)}  ${formatCount(rate)}/s`)
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
