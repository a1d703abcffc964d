import type { FileHandle } from 'node:fs/promises'
import { crc32c } from '../../core/crc32c.ts'
import { decodeFrameHeader, type FrameHeader, frameHeaderBytes, frameMarker } from './frame.ts'

const WINDOW_BYTES = 2 ** 20

/** A whole frame and where it is in its file. */
export interface FrameAt extends FrameHeader {
  readonly at: number
  /** Only valid until the next read. */
  readonly payload: Buffer
}

/** Reads the frames of a file one after the other, a window at a time. */
export class FrameReader {
  readonly #handle: FileHandle
  readonly #salt: number
  readonly #size: number
  #at: number
  #window: Buffer = Buffer.alloc(0)
  #windowAt = 0

  constructor(handle: FileHandle, options: { salt: number; at: number; size: number }) {
    this.#handle = handle
    this.#salt = options.salt
    this.#at = options.at
    this.#size = options.size
  }

  /** Where the next frame should begin; the file's size when all were read. */
  get at(): number {
    return this.#at
  }

  /** The next frame; undefined at the end of the file and where there is no whole, sound frame. */
  async next(): Promise<FrameAt | undefined> {
    const at = this.#at
    const header = decodeFrameHeader(this.#salt, await this.#bytes(at, frameHeaderBytes))
    if (header === undefined || header.payloadBytes > this.#size - at - frameHeaderBytes) return undefined
    const payload = await this.#bytes(at + frameHeaderBytes, header.payloadBytes)
    if (payload.length !== header.payloadBytes || crc32c(payload) !== header.payloadCrc) return undefined
    this.#at = at + frameHeaderBytes + header.payloadBytes
    return { ...header, at, payload }
  }

  /** Goes on behind a damaged frame, at the next place where a frame's header is sound; false when there is none. */
  async skipDamage(): Promise<boolean> {
    const next = await this.findHeader(() => true)
    this.#at = next ?? this.#size
    return next !== undefined
  }

  /** Where, behind the next frame's first byte, a sound header begins that `accepts` likes. */
  async findHeader(accepts: (header: FrameHeader) => boolean): Promise<number | undefined> {
    let from = this.#at + 1
    while (from + frameHeaderBytes <= this.#size) {
      const window = await this.#bytes(from, Math.min(WINDOW_BYTES, this.#size - from))
      const found = window.indexOf(frameMarker)
      if (found === -1) {
        from += Math.max(1, window.length - frameMarker.length + 1)
        continue
      }
      const header = decodeFrameHeader(this.#salt, await this.#bytes(from + found, frameHeaderBytes))
      if (header !== undefined && accepts(header)) return from + found
      from += found + 1
    }
    return undefined
  }

  /** Fewer bytes than asked for at the end of the file. */
  async #bytes(at: number, count: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(count, this.#size - at))
    const start = at - this.#windowAt
    if (start >= 0 && start + wanted <= this.#window.length) return this.#window.subarray(start, start + wanted)
    this.#window = await readFully(this.#handle, at, Math.min(Math.max(wanted, WINDOW_BYTES), this.#size - at))
    this.#windowAt = at
    return this.#window.subarray(0, wanted)
  }
}

/** Reads `count` bytes from `at`; fewer when the file ends before. */
export async function readFully(handle: FileHandle, at: number, count: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, count))
  let done = 0
  while (done < count) {
    const { bytesRead } = await handle.read(bytes, done, count - done, at + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}
