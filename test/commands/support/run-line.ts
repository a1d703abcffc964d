import { Readable, Writable } from 'node:stream'
import { WriteStream } from 'node:tty'
import { processSignals } from '../../../commands/interrupts.ts'
import type { Io } from '../../../commands/io.ts'
import { main } from '../../../commands/main.ts'

/** What a command line is given from outside. Nothing of this process's own environment gets in. */
export interface Outside {
  readonly stdin?: Iterable<string | Buffer> | Readable
  readonly env?: Record<string, string>
  readonly cwd?: string
  /** Which streams are terminals; none when left out. */
  readonly terminals?: ReadonlyArray<'stdin' | 'stdout' | 'stderr'>
  readonly columns?: number
}

/** What came of it. */
export interface Ran {
  readonly code: number
  readonly stdout: Buffer
  readonly out: string
  readonly err: string
  /** Stdout as one JSON document. */
  json(): never
}

/** Runs a command line in this process, words as a shell would give them. */
export async function runLine(words: readonly string[], outside: Outside = {}): Promise<Ran> {
  const { stdin = [], env = {}, cwd = '/', terminals = [], columns } = outside
  const [stdout, stderr] = [new Collector(), new Collector()]
  const input = stdin instanceof Readable ? stdin : Readable.from(byteChunks(stdin), { objectMode: false })
  const terminal = (name: 'stdin' | 'stdout' | 'stderr') => ({
    isTTY: terminals.includes(name),
    columns,
    // Node's own judgement, by the environment alone.
    getColorDepth: WriteStream.prototype.getColorDepth,
  })
  const io: Io = {
    stdin: Object.assign(input, terminal('stdin')),
    stdout: Object.assign(stdout, terminal('stdout')),
    stderr: Object.assign(stderr, terminal('stderr')),
    inputFile: undefined,
    signals: processSignals,
    env: { HOME: '/nowhere', ...(terminals.length > 0 ? { TERM: 'xterm-256color' } : {}), ...env },
    cwd,
  }
  const code = await main(words, io)
  await Promise.all([stdout, stderr].map((stream) => new Promise<void>((resolve) => stream.end(resolve))))
  const out = stdout.bytes.toString()
  return { code, stdout: stdout.bytes, out, err: stderr.bytes.toString(), json: () => JSON.parse(out) as never }
}

function* byteChunks(chunks: Iterable<string | Buffer>): Iterable<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

/** Copies what is written, as a pipe does: the memory of a write is used again once it is done. */
class Collector extends Writable {
  readonly #pieces: Buffer[] = []

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#pieces.push(Buffer.from(chunk))
    setImmediate(done)
  }
}
