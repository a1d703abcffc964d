import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { builtRafka, sourceRafka } from './built-rafka.ts'

const words: readonly string[] =
  builtRafka === undefined ? ['--import', import.meta.resolve('tsx'), sourceRafka] : [builtRafka]

/** What runs `rafka`, for a shell: what was built, if that is as new as the sources, else the sources themselves. */
export const rafkaCommand = [process.execPath, ...words].map((word) => `'${word}'`).join(' ')

/** A `rafka` of its own, over real pipes. */
export class RafkaProcess {
  readonly child: ChildProcessWithoutNullStreams
  readonly #ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  #out: Buffer[] = []
  #err = ''

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child
    child.stdout.on('data', (piece: Buffer) => this.#out.push(piece))
    child.stderr.on('data', (piece: Buffer) => {
      this.#err += piece.toString()
    })
    child.stdin.on('error', () => {})
    this.#ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  }

  get stdout(): Buffer {
    return Buffer.concat(this.#out)
  }

  get out(): string {
    return this.stdout.toString()
  }

  get err(): string {
    return this.#err
  }

  /** Waits until what was printed so far fulfils `condition`. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const more = await Promise.race([
        once(this.child.stdout, 'data'),
        once(this.child.stderr, 'data'),
        this.#ended.then(() => undefined),
      ])
      if (more === undefined && !condition()) throw new Error(`rafka ended early: ${this.out}${this.#err}`)
    }
  }

  /** Waits for its end, while its stdin stays open. */
  async ended(): Promise<Ended> {
    return { ...(await this.#ended), out: this.out, err: this.#err }
  }

  /** Closes its stdin and waits for its end. */
  async finish(): Promise<Ended> {
    this.child.stdin.end()
    return await this.ended()
  }
}

/** How it ended, and all that it printed. */
interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** Starts `rafka`; it is killed when the test ends, should it still run. */
export function startRafka(line: readonly string[], env: Record<string, string>): RafkaProcess {
  const child = spawn(process.execPath, [...words, ...line], { env: { ...pathOnly(), ...env } })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return new RafkaProcess(child)
}

/** Runs a line of a shell in which `rafka` is a command; `pipefail` makes each part count. */
export async function runShell(line: string, env: Record<string, string>) {
  const script = `set -o pipefail; rafka() { ${rafkaCommand} "$@"; }; ${line}`
  const child = spawn('bash', ['-c', script], { env: { ...pathOnly(), ...env } })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return await new RafkaProcess(child).finish()
}

/** The environment of this process but for what it says of its user; what V8 compiles is kept for all tests together. */
function pathOnly(): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env
  return { PATH, NODE_COMPILE_CACHE }
}
