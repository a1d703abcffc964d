import { fstatSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { processSignals, type SignalSource } from './interrupts.ts'

/** A stream that may be a terminal. */
export type MaybeTerminal<Stream> = Stream & {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
  readonly fd?: number | undefined
  getColorDepth?(env?: Readonly<Record<string, string | undefined>>): number
}

/** Where lines may be typed. */
type Input = MaybeTerminal<Readable> & {
  /** What stands before each line; left out where whoever reads them writes it. */
  linePrompt?: string
}

/**
 * The outside of a command: handed in, so that a test or another front end can put its own. Bytes written to `stdout` are only good until
 * the callback of the write: a stream that hands them on must copy them.
 */
export interface Io {
  readonly stdin: Input
  readonly stdout: MaybeTerminal<Writable>
  readonly stderr: MaybeTerminal<Writable>
  /** The file descriptor of stdin when that is a file, which can be read without waiting. */
  readonly inputFile: number | undefined
  readonly signals: SignalSource
  /** Fires when nobody waits for the command any more, just before nothing that it writes is shown. */
  readonly givenUp?: AbortSignal | undefined
  /** Lets another program use the terminal while `work` lasts; left out: it may at any time. */
  readonly lendTerminal?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

/** This process's own. */
export function processIo(): Io {
  return {
    // Opened on first use: touching process.stdin alone would begin to read from it.
    get stdin() {
      return process.stdin
    },
    get stdout() {
      return process.stdout
    },
    get stderr() {
      return process.stderr
    },
    get inputFile() {
      return isFile(0) ? 0 : undefined
    },
    signals: processSignals,
    env: process.env,
    cwd: process.cwd(),
  }
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile()
  } catch {
    return false
  }
}

/** The same with other streams for some. */
export function withStreams(
  io: Io,
  streams: Partial<Pick<Io, 'stdin' | 'stdout' | 'stderr' | 'inputFile' | 'signals' | 'givenUp' | 'lendTerminal'>>,
): Io {
  // Each is asked for on first use only, as those of a process are.
  return {
    get stdin() {
      return streams.stdin ?? io.stdin
    },
    get stdout() {
      return streams.stdout ?? io.stdout
    },
    get stderr() {
      return streams.stderr ?? io.stderr
    },
    get inputFile() {
      return streams.stdin === undefined ? io.inputFile : streams.inputFile
    },
    signals: streams.signals ?? io.signals,
    givenUp: streams.givenUp ?? io.givenUp,
    lendTerminal: streams.lendTerminal ?? io.lendTerminal,
    env: io.env,
    cwd: io.cwd,
  }
}
