import type { CommandContext } from '../context.ts'
import { showCounts } from '../output/show-counts.ts'
import type { RecordSink } from './record-sink.ts'

/** While a pipe is being sent, keeps counts on a terminal up to date. Who types lines sees them already. */
export function showProgress({ io, terminal }: CommandContext, sink: RecordSink): Disposable {
  if (io.stdin.isTTY === true) return { [Symbol.dispose]: () => {} }
  return showCounts(terminal, () => sink.acknowledged)
}
