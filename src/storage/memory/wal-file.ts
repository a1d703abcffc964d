import assert from 'node:assert/strict'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { isRafkaError } from '../../core/errors.ts'
import { describeCause, refusal } from '../refusal.ts'
import { decodeFileHeader, encodeFileHeader, type FileHeader, fileHeaderBytes, newFileHeader } from './file-header.ts'
import { walFile } from './file-names.ts'
import { isNoRoom, syncDirectory, writeFully } from './file-writing.ts'
import { encodeFrameHeader, sizeOf } from './frame.ts'
import { readFully } from './frame-reader.ts'

/** What a log needs of its open file. */
export type WalHandle = Pick<FileHandle, 'writev' | 'datasync' | 'truncate' | 'close'>

/** A write-ahead log that is being written: frames are added to its end, one at a time. */
export class WalFile {
  readonly header: FileHeader
  readonly #handle: WalHandle
  #sizeBytes: number
  #durableBytes: number
  #markedBytes: number

  constructor(handle: WalHandle, header: FileHeader, sizeBytes: number, durableBytes: number) {
    this.header = header
    this.#handle = handle
    this.#sizeBytes = sizeBytes
    this.#durableBytes = durableBytes
    this.#markedBytes = durableBytes
  }

  /** Bytes of whole frames, with the header. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /**
   * Adds a frame. It is in the file, not yet durable, when the promise resolves.
   * @throws RafkaError `KAFKA_STORAGE_ERROR` when there was no room and the file is as before; any other error leaves open what it holds
   */
  async append(pieces: readonly Buffer[]): Promise<void> {
    const header = encodeFrameHeader(this.header.salt, this.#durableBytes, pieces)
    try {
      await writeFully(this.#handle, [header, ...pieces], this.#sizeBytes)
    } catch (error) {
      if (!isNoRoom(error)) throw error
      await this.#handle.truncate(this.#sizeBytes)
      throw refusal(`nothing was stored: ${describeCause(error)}; make room on the disk`, error)
    }
    this.#sizeBytes += header.length + sizeOf(pieces)
  }

  /** Makes durable what was added before the call. */
  async sync(): Promise<void> {
    const sizeBytes = this.#sizeBytes
    if (sizeBytes === this.#durableBytes) return
    await this.#handle.datasync()
    this.#durableBytes = Math.max(this.#durableBytes, sizeBytes)
  }

  /** Takes what was added for durable without asking the disk: then a hole that a crash of the machine leaves is told, not cut off. */
  assumeDurable(): void {
    this.#durableBytes = this.#sizeBytes
  }

  /** Makes all durable, and adds a frame that says so: from then on damage to what is before it cannot be taken for a torn end. */
  async mark(): Promise<void> {
    if (this.#markedBytes === this.#sizeBytes) return
    await this.sync()
    try {
      await this.append([])
    } catch (error) {
      // It is a help, not a need: a full disk must not keep anybody from opening or closing.
      if (isRafkaError(error)) return
      throw error
    }
    await this.sync()
    this.#markedBytes = this.#sizeBytes
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

/** Creates a write-ahead log, durable with its name, in place of what a crash may have left of it. */
export async function createWal(directory: string, number: number, previousBytes: number): Promise<WalFile> {
  const file = walFile(directory, number)
  const header = newFileHeader('wal', number, previousBytes)
  const handle = await open(file, 'w', 0o600)
  try {
    await writeFully(handle, [encodeFileHeader(header)], 0)
    await handle.sync()
    await syncDirectory(directory)
    return new WalFile(handle, header, fileHeaderBytes, fileHeaderBytes)
  } catch (error) {
    await handle.close()
    await rm(file)
    throw error
  }
}

/** Opens a write-ahead log to go on with it behind its last sound frame. */
export async function openWal(
  directory: string,
  number: number,
  found: { soundBytes: number; marked: boolean },
): Promise<WalFile> {
  const handle = await open(walFile(directory, number), 'r+')
  const header = decodeFileHeader('wal', await readFully(handle, 0, fileHeaderBytes))
  assert(header !== undefined, 'a log that was just replayed has a header')
  return new WalFile(handle, header, found.soundBytes, found.marked ? found.soundBytes : fileHeaderBytes)
}
