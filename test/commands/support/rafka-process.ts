import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const bin = fileURLToPath(new URL('../../../bin/rafka.ts', import.meta.url))
const loader = import.meta.resolve('tsx')

/** The words that run `rafka` from its sources, for a shell. */
export const rafkaCommand = `'${process.execPath}' --import '${loader}' '${bin}'`

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

  /** Closes its stdin and waits for its end. */
  async finish(): Promise<{ code: number | null; signal: NodeJS.Signals | null; out: string; err: string }> {
    this.child.stdin.end()
    return { ...(await this.#ended), out: this.out, err: this.#err }
  }
}

/** Starts `rafka`; it is killed when the test ends, should it still run. */
export function startRafka(words: readonly string[], env: Record<string, string>): RafkaProcess {
  const child = spawn(process.execPath, ['--import', loader, bin, ...words], { env: { ...pathOnly(), ...env } })
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

function pathOnly(): Record<string, string> {
  return { PATH: process.env.PATH ?? '' }
}
