import { closeSync, createReadStream, fstatSync, openSync, read } from 'node:fs'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { fileReason } from '../../config/file-reason.ts'
import { RafkaError } from '../../src/index.ts'
import type { Io } from '../io.ts'

/** Something to read records from. */
export interface Input {
  /** For messages; undefined for stdin. */
  readonly name: string | undefined
  /** Set when it may wait for more: who reads it can be called off by destroying it. */
  readonly stream?: Readable
  /** All of it is one record. */
  readonly whole?: boolean
  /** Chunks of bytes; each is valid until the next one is asked for. */
  chunks(): AsyncIterable<Buffer>
}

/** Each chunk wakes another thread, which costs as much as to copy 256 KiB. */
const FILE_CHUNK_BYTES = 1024 * 1024

/** Stdin: by large reads ahead where it is a file, else as it comes. */
export function stdinInput(io: Io): Input {
  const { inputFile } = io
  if (inputFile !== undefined) return { name: undefined, chunks: () => fileChunks(inputFile) }
  return { name: undefined, stream: io.stdin, chunks: () => io.stdin as AsyncIterable<Buffer> }
}

/** A file by name, a pipe too; `-` is stdin. @throws RafkaError `INVALID_ARGUMENT` when it cannot be read */
export function fileInput(name: string, io: Io): Input {
  if (name === '-') return stdinInput(io)
  const file = openFile(resolve(io.cwd, name), name)
  if (!fstatSync(file).isFile()) {
    const stream = createReadStream('', { fd: file })
    return { name, stream, chunks: () => stream as AsyncIterable<Buffer> }
  }
  return {
    name,
    async *chunks() {
      try {
        yield* fileChunks(file)
      } finally {
        closeSync(file)
      }
    },
  }
}

/** All of a file as one record. @throws RafkaError `INVALID_ARGUMENT` when it cannot be read */
export function wholeInput(name: string, io: Io): Input {
  return { ...fileInput(name, io), whole: true }
}

function openFile(path: string, name: string): number {
  try {
    const file = openSync(path, 'r')
    if (!fstatSync(file).isDirectory()) return file
    closeSync(file)
    throw new Error('it is a directory')
  } catch (error) {
    throw new RafkaError('INVALID_ARGUMENT', `cannot read ${JSON.stringify(name)}: ${fileReason(error)}`, {
      cause: error,
    })
  }
}

/** Another thread reads the next chunk while one is used. */
async function* fileChunks(file: number): AsyncIterable<Buffer> {
  let [buffer, other] = [Buffer.allocUnsafe(FILE_CHUNK_BYTES), Buffer.allocUnsafe(FILE_CHUNK_BYTES)]
  let ahead = readInto(file, buffer)
  try {
    for (;;) {
      const bytes = await ahead
      if (bytes === 0) return
      ahead = readInto(file, other)
      yield buffer.subarray(0, bytes)
      ;[buffer, other] = [other, buffer]
      // What was written has to get on its way, and signals have to be heard.
      await setImmediate()
    }
  } finally {
    // Nobody may close the file, and its number be given to another, while it is read.
    await ahead.catch(() => {})
  }
}

function readInto(file: number, buffer: Buffer): Promise<number> {
  const reading = new Promise<number>((resolve, reject) => {
    read(file, buffer, 0, buffer.length, null, (error, bytes) => (error === null ? resolve(bytes) : reject(error)))
  })
  // Whoever takes the chunk hears of it, which may be later.
  reading.catch(() => {})
  return reading
}
