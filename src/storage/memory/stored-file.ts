import { type FileHandle, open } from 'node:fs/promises'
import { RafkaError } from '../../core/errors.ts'
import { describeCause } from '../refusal.ts'
import { decodeFileHeader, type FileHeader, fileHeaderBytes, formatVersion } from './file-header.ts'
import { FrameReader, readFully } from './frame-reader.ts'

/** A file of the memory engine, open for reading. */
export interface StoredFile {
  readonly path: string
  readonly header: FileHeader
  readonly sizeBytes: number
  readonly frames: FrameReader
}

/**
 * Calls `use` with the file and closes it after. `torn` is for a file whose creation a crash cut short: shorter than its header, or all zeros.
 * @throws RafkaError `STORAGE_CORRUPT` when its header is damaged, `STORAGE_VERSION_UNSUPPORTED` when a newer Rafka wrote it
 */
export async function withStoredFile<Result>(
  path: string,
  kind: FileHeader['kind'],
  use: (file: StoredFile) => Promise<Result>,
  torn: () => Result,
): Promise<Result> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const start = await readFully(handle, 0, Math.min(size, fileHeaderBytes))
    if (size < fileHeaderBytes || (await isBlank(handle, size))) return torn()
    const header = decodeFileHeader(kind, start)
    if (header === undefined) throw corruptFile(path, 0, 'its header is damaged')
    if (header.version > formatVersion) throw newerFile(path, header.version)
    const frames = new FrameReader(handle, { salt: header.salt, at: fileHeaderBytes, size })
    return await use({ path, header, sizeBytes: size, frames })
  } finally {
    await handle.close()
  }
}

/** The error of a damaged file: names the file, the byte and the way on. */
export function corruptFile(file: string, at: number, what: string, cause?: unknown): RafkaError {
  const message = `${file} is damaged at byte ${at}: ${what}${cause === undefined ? '' : ` (${describeCause(cause)})`}`
  const way = 'the file was kept as it is: see "rafka storage verify", then "rafka storage verify --repair"'
  return new RafkaError('STORAGE_CORRUPT', `${message}; ${way}`, { cause, details: { file, at } })
}

/** The error of a file that a newer Rafka wrote. */
export function newerFile(file: string, version: number): RafkaError {
  const message = `${file} has format version ${version}; this Rafka knows versions up to ${formatVersion}: use a newer Rafka`
  return new RafkaError('STORAGE_VERSION_UNSUPPORTED', message, { details: { file, version } })
}

/** A crash can leave a file with a size but without content. */
async function isBlank(handle: FileHandle, size: number): Promise<boolean> {
  for (let at = 0; at < size; at += 65_536) {
    const bytes = await readFully(handle, at, Math.min(65_536, size - at))
    if (bytes.some((byte) => byte !== 0)) return false
  }
  return true
}
