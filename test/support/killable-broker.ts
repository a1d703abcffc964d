import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const rafka = fileURLToPath(new URL('../../dist/bin/rafka.cjs', import.meta.url))

/** A port that is free now, below those that the system hands to outgoing connections: a broker may come back to it. */
export async function lowPort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}

/** A broker in a process of its own, from the built command line. */
export interface KillableBroker {
  readonly child: ChildProcess
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>
  /** SIGTERM, and waits. @returns the exit status */
  stop(): Promise<number | null>
}

/** Starts the broker and waits until it listens. */
export async function startKillable(options: {
  readonly dataDir: string
  readonly port: number
  readonly engine: 'sqlite' | 'memory'
  readonly configs?: Readonly<Record<string, string>>
}): Promise<KillableBroker> {
  const { dataDir, port, engine, configs = {} } = options
  const settings = Object.entries(configs).flatMap(([name, value]) => ['--set', `${name}=${value}`])
  const args = [
    rafka,
    'broker',
    'start',
    '--data-dir',
    dataDir,
    '--port',
    String(port),
    '--storage',
    engine,
    ...settings,
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-2000)
  })
  const listening = once(child.stdout, 'data')
  const outcome = await Promise.race([listening.then(() => 'listening'), closed.then(() => 'ended')])
  if (outcome === 'ended') throw new Error(`the broker ended with ${child.exitCode}: ${errors}`)
  return {
    child,
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
    async stop() {
      child.kill('SIGTERM')
      await closed
      return child.exitCode
    },
  }
}
