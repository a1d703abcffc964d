import { setTimeout } from 'node:timers/promises'
import { RafkaError, storageStatus } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { durationMs } from '../option-values.ts'
import { type DocumentOf, flag, object, text, whole } from '../output/shape.ts'
import { refuseBrokers } from './refuse-brokers.ts'

interface StopFlags {
  readonly timeout?: number
}

const DEFAULT_TIMEOUT_MS = 30_000
const LOOK_EVERY_MS = 25

const shape = object({ ok: flag, data_dir: text, pid: whole })

/** `rafka broker stop`: SIGTERM to the process that serves the directory, and waits until it does so no more. */
export const stopBroker: CommandSpec<StopFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka broker stop', 'the one that serves the data directory'],
    ['rafka broker stop --timeout 5s', 'give up sooner'],
  ],
  declare: (command) => command.option('--timeout <duration>', 'how long to wait (default 30s)', durationMs),
  shape,
  async run(context, { flags }) {
    refuseBrokers(context)
    const { dataDir } = await context.config()
    const { served, owner } = await storageStatus(dataDir)
    if (!served) throw new RafkaError('BROKER_NOT_AVAILABLE', `nobody serves ${dataDir}`)
    if (owner === null)
      throw new RafkaError('BROKER_NOT_AVAILABLE', `who serves ${dataDir} has not said its process yet`)
    terminate(owner.pid)
    await context.terminal.busy(`stopping process ${owner.pid}`, ended(dataDir, owner.pid, flags.timeout))
    const { pid } = owner
    return {
      document: { ok: true, data_dir: dataDir, pid },
      table: { columns: [{ title: 'DATA-DIR' }, { title: 'PID', kind: 'number' }], rows: [[dataDir, pid]] },
      view: [`stopped process ${pid}`],
    }
  },
})

function terminate(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM')
  } catch (error) {
    // It ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
    const reason = error instanceof Error ? error.message : String(error)
    throw new RafkaError('BROKER_NOT_AVAILABLE', `process ${pid} cannot be stopped: ${reason}`, { cause: error })
  }
}

/** Somebody who was attached may take over at once: only this process has to be gone. */
async function ended(dataDir: string, pid: number, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const { served, owner } = await storageStatus(dataDir)
    if (!served || (owner !== null && owner.pid !== pid)) return
    if (performance.now() > deadline) {
      throw new RafkaError('REQUEST_TIMED_OUT', `process ${pid} still serves ${dataDir} after ${timeoutMs} ms`, {
        details: { hint: `kill ${pid} ends it the hard way; nothing that was acknowledged is lost` },
      })
    }
    await setTimeout(LOOK_EVERY_MS)
  }
}
