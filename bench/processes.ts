import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'

/** The built command line: `npm run build` first. */
export const rafkaPath = new URL('../dist/bin/rafka.cjs', import.meta.url).pathname

/** Runs a command to its end, standard input from a file, standard output thrown away. Throws unless it succeeds. */
export async function run(command: string, args: readonly string[], inputPath?: string): Promise<void> {
  const input = inputPath === undefined ? undefined : await open(inputPath)
  const child = spawn(command, args, { stdio: [input?.fd ?? 'ignore', 'ignore', 'inherit'] })
  const [status, signal] = await once(child, 'close')
  await input?.close()
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status ?? signal}`)
}

/** A `rafka broker start` that listens. */
export interface BenchBroker {
  readonly brokers: string
  readonly child: ChildProcess
  /** Resident memory now, in MB. */
  residentMb(): number
  stop(): Promise<void>
}

/** Starts the built broker on a data directory and a free port. */
export async function startBroker(dataDir: string, args: readonly string[] = []): Promise<BenchBroker> {
  const child = spawn(process.execPath, [rafkaPath, 'broker', 'start', '--port', '0', '--data-dir', dataDir, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let out = ''
  for await (const chunk of child.stdout) {
    out += chunk
    if (out.includes('\n')) break
  }
  const brokers = /BROKERS=(\S+)/.exec(out)?.[1]
  if (brokers === undefined) throw new Error(`the broker did not start: ${out}`)
  return {
    brokers,
    child,
    residentMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1000,
    async stop() {
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
    },
  }
}
