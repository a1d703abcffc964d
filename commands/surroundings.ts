import type { RecordCursor, TopicPartition } from '../src/index.ts'
import type { CommandContext } from './context.ts'
import type { GlobalFlags } from './global-options.ts'
import type { Io } from './io.ts'
import type { OutputForm } from './output/print-report.ts'
import type { Sessions } from './session.ts'

/** What a command line runs in: a process of its own, or the REPL. */
export interface Surroundings {
  readonly io: Io
  /** Fires when nothing more can be written to stdout, its reason the error: there is no use in going on. */
  readonly outputClosed: AbortSignal
  /** Flags that hold where the line does not have them itself. */
  readonly flags: GlobalFlags
  /** The form of reports where the line does not name one; left out: `flags` say it. */
  readonly form?: OutputForm | undefined
  /** Where sessions come from; left out: each line opens and closes its own. */
  readonly sessions?: Sessions | undefined
  /** Stands before the message of an error: `stdin:3: `. */
  readonly errorPrefix?: string | undefined
  /** Called when records begin to be printed; left out: nobody watches. */
  readonly watchRecords?: ((topics: readonly string[]) => RecordWatch) | undefined
  /** Starts the REPL; left out: this is one already. */
  readonly startRepl?: ((context: CommandContext, request: ReplRequest) => Promise<number>) | undefined
}

/** Somebody who looks at records while they are printed. */
export interface RecordWatch extends Disposable {
  /** The record that was printed; the cursor moves on afterwards. */
  record(record: RecordCursor, source: TopicPartition): void
}

/** What the REPL is asked to do. */
export interface ReplRequest {
  /** Lines to run instead of asking for some. */
  readonly commands: readonly string[]
  /** Files of lines, after those; `-` is stdin. */
  readonly files: readonly string[]
  /** Whether the first error ends a script. */
  readonly bail: boolean
  /** Whether lines are remembered for the next time. */
  readonly history: boolean
}
