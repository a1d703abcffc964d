import { RafkaError } from '../src/index.ts'
import type { Io } from './io.ts'
import { fileInput, stdinInput } from './produce/input-chunks.ts'

const MAX_BYTES = 16 * 1024 * 1024

/** All of a file, `-` being stdin; of stdin where none is named. @throws RafkaError `INVALID_ARGUMENT` when it cannot be read, or has more than 16 MiB */
export async function readText(io: Io, file?: string): Promise<string> {
  const { chunks, name } = file === undefined ? stdinInput(io) : fileInput(file, io)
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of chunks()) {
    bytes += piece.length
    if (bytes > MAX_BYTES) {
      throw new RafkaError('INVALID_ARGUMENT', `${name ?? 'stdin'} is larger than ${MAX_BYTES} bytes`)
    }
    pieces.push(Buffer.from(piece))
  }
  return Buffer.concat(pieces).toString('utf8')
}
