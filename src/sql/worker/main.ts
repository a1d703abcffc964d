/** The thread that SQLite runs in: it may sleep until records have come, and a statement that takes long keeps nobody else waiting. */
import { type MessagePort, workerData } from 'node:worker_threads'
import { Inbox } from './inbox.ts'
import { StatementRunner } from './run-statement.ts'

/** What the thread is started with. */
export interface WorkerData {
  readonly port: MessagePort
  readonly control: Int32Array
  readonly maxTemporaryBytes: number
}

const { port, control, maxTemporaryBytes } = workerData as WorkerData
const inbox = new Inbox(port, control)
const runner = new StatementRunner(inbox, maxTemporaryBytes)
for (;;) runner.run(inbox.nextRun())
