import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, type WriteStream } from 'node:fs'
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { RafkaError } from '../../src/index.ts'
import { closedOutput } from '../closed-output.ts'
import { exitCodes } from '../exit-code.ts'
import { type Io, withStreams } from '../io.ts'
import type { Destination } from './grammar/read-statement.ts'

/** What a line runs with. */
export interface Surrounding {
  readonly io: Io
  /** Fires when its stdout takes no more. */
  readonly outputClosed: AbortSignal
}

/** Where its input comes from and its output goes, when not to where the REPL's do. */
export interface Redirection {
  readonly input: string | undefined
  readonly destination: Destination | undefined
}

/** What a line that is redirected runs with. */
export interface Outside extends Surrounding {
  /** Waits until all that was written has arrived. @returns the exit code of what it was piped to */
  finish(): Promise<number>
}

/**
 * Opens the files and starts the pipeline that a line names.
 * @throws RafkaError `INVALID_ARGUMENT` when that is not possible
 */
export async function openOutside(around: Surrounding, redirection: Redirection): Promise<Outside> {
  const { input, destination } = redirection
  const source = input === undefined ? undefined : openInput(around.io, input)
  try {
    const target = destination === undefined ? undefined : await openTarget(around.io, destination)
    return {
      io: withStreams(around.io, { ...source?.streams, ...(target === undefined ? {} : { stdout: target.stdout }) }),
      outputClosed: target === undefined ? around.outputClosed : closedOutput(target.stdout),
      async finish() {
        source?.close()
        return (await target?.finish()) ?? exitCodes.done
      },
    }
  } catch (error) {
    source?.close()
    throw error
  }
}

async function openTarget(io: Io, destination: Destination) {
  if (destination.kind === 'file') {
    const file = await openFile(io, destination.file, destination.append)
    return { stdout: file, finish: () => closeFile(file) }
  }
  const child = startShell(io, destination.command, 'pipe')
  return { stdout: child.stdin!, finish: () => endOf(child) }
}

function openInput(io: Io, name: string) {
  let file: number
  try {
    file = openSync(resolve(io.cwd, name), 'r')
  } catch (error) {
    throw unusable('read', name, error)
  }
  const streams = {
    stdin: createReadStream('', { fd: file, autoClose: false }),
    inputFile: fstatSync(file).isFile() ? file : undefined,
  }
  return { streams, close: () => closeSync(file) }
}

async function openFile(io: Io, name: string, append: boolean): Promise<WriteStream> {
  const file = createWriteStream(resolve(io.cwd, name), { flags: append ? 'a' : 'w' })
  try {
    await once(file, 'open')
    return file
  } catch (error) {
    throw unusable('write to', name, error)
  }
}

async function closeFile(file: WriteStream): Promise<number> {
  if (file.destroyed) return exitCodes.done
  file.end()
  await once(file, 'close').catch(() => {})
  return exitCodes.done
}

function unusable(what: string, name: string, error: unknown): RafkaError {
  const reason = error instanceof Error ? error.message : String(error)
  return new RafkaError('INVALID_ARGUMENT', `cannot ${what} ${JSON.stringify(name)}: ${reason}`, { cause: error })
}

/** Runs a line of the system's shell to its end. @returns its exit code */
export async function runShell(io: Io, command: string, stdin: 'inherit' | 'ignore'): Promise<number> {
  return await endOf(startShell(io, command, stdin))
}

/** What the shell prints goes where Rafka's own output goes. */
function startShell(io: Io, command: string, stdin: 'pipe' | 'inherit' | 'ignore'): ChildProcess {
  const own = io.stdout === process.stdout
  const output = own ? 'inherit' : 'pipe'
  const child = spawn('sh', ['-c', command], { stdio: [stdin, output, output], cwd: io.cwd, env: io.env })
  child.stdout?.pipe(io.stdout, { end: false })
  child.stderr?.pipe(io.stderr, { end: false })
  return child
}

async function endOf(child: ChildProcess): Promise<number> {
  child.stdin?.end()
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
  if (child.signalCode !== null) return 128 + constants.signals[child.signalCode]
  return child.exitCode ?? exitCodes.failed
}
