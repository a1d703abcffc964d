import {
  closeSync,
  constants,
  fdatasync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  writev,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { ReadMemory } from '../../core/storage-engine.ts'
import { syncDirectory } from '../directory.ts'
import { describeCause } from '../refusal.ts'
import { DamagedRow } from './damaged-row.ts'

const sync = promisify(fdatasync)

/**
 * Makes each write durable before it settles: one way to the other thread instead of two. On macOS it would not reach beyond the disk's own memory, and
 * Windows has none: there `fdatasync` follows each write.
 */
const syncedWrites = process.platform === 'linux' ? constants.O_DSYNC : undefined

/** Which bytes go into files, and how large these become. */
export interface BatchFileLimits {
  /**
   * Groups of commits up to this size go into rows: with files the disk is waited for twice, for the bytes and for the rows that tell of them.
   * Default 256 KiB.
   */
  readonly groupBytes: number
  /** Batches below it cost less in their rows, whatever group they come in. Default 4 KiB. */
  readonly batchBytes: number
  /** A file that has so much is not written to any more: what is still needed of it is what removing it costs. Default 128 MiB. */
  readonly fileBytes: number
  /**
   * Groups from this size on are written into two files at once: the system takes bytes into a file by one thread at a time, and where memory for them is
   * dear, as in many virtual machines, that is most of the work. Default 1 MiB.
   */
  readonly halvesBytes: number
}

const defaultLimits: BatchFileLimits = {
  groupBytes: 256 * 1024,
  batchBytes: 4 * 1024,
  fileBytes: 128 * 2 ** 20,
  halvesBytes: 2 ** 20,
}
/** Files that are kept open for reading. */
const MAX_OPEN = 32
const fileName = /^(\d{1,15})\.batches$/

/** How the files of a database are kept. */
export interface BatchFileOptions {
  /** True: what is written is durable when the write settles. */
  readonly durable: boolean
  readonly limits?: Partial<BatchFileLimits> | undefined
}

/** Where the bytes of a batch are, when they are not in its row. */
export interface Place {
  /** Number of the file. */
  readonly file: number
  /** Of the first byte in it. */
  readonly position: number
}

/** A file that is appended to. */
interface Tail {
  readonly file: number
  /** What lies from here on may be written over. */
  end: number
}

/** What is appended to one file. */
interface Part {
  readonly tail: Tail
  readonly batches: readonly Uint8Array[]
}

/** A row of the table of batches, as far as it tells of bytes. */
interface RowBytes {
  readonly bytes: Buffer
  readonly sizeBytes: number
  readonly file: number | null
  readonly position: number | null
}

const noRoom = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** A write of which nothing is kept: its room is written over by the next. */
export class UnwrittenBatches extends Error {
  /** True when the disk is full, or the quota or the limit on file size is reached. */
  readonly isNoRoom: boolean

  constructor(path: string, cause: unknown) {
    super(`${path} was not written: ${describeCause(cause)}`, { cause })
    this.name = 'UnwrittenBatches'
    this.isNoRoom = noRoom.has(String((cause as NodeJS.ErrnoException).code))
  }
}

/**
 * Files beside the database, in a directory of their own, with the bytes of batches that come in large groups. SQLite would write them twice, into its WAL and into the
 * database; here they are written once, by another thread, and made durable before the row that tells of them is written at all. So a crash leaves bytes that no row
 * knows, which are written over, and never a row without its bytes.
 *
 * Only appended to, two of them at a time; a file that no row names any more is removed whole (`BatchFileSweep`).
 */
export class BatchFiles {
  readonly limits: BatchFileLimits
  readonly #directory: string
  readonly #durable: boolean
  readonly #flags: number
  readonly #open = new Map<number, number>()
  readonly #known: Set<number>
  readonly #tails: Tail[] = []

  /** The files of the database in `databaseFile`. Creates nothing before the first write. */
  constructor(databaseFile: string, { durable, limits }: BatchFileOptions) {
    this.#directory = batchDirectory(databaseFile)
    this.limits = { ...defaultLimits, ...limits }
    this.#durable = durable
    this.#flags = constants.O_RDWR | (durable ? (syncedWrites ?? 0) : 0)
    this.#known = new Set(numbersIn(this.#directory))
  }

  /** Every file that is there, by number, ascending. */
  get numbers(): number[] {
    return [...this.#known].sort((a, b) => a - b)
  }

  /** True for a file that is appended to. */
  isCurrent(file: number): boolean {
    return this.#tails.some((tail) => tail.file === file)
  }

  /**
   * Appends to this file from `end` on, and to at most one other; of two the later one takes what comes in small groups.
   * @throws DamagedRow when it is shorter
   */
  continueAt(file: number, end: number): void {
    if (this.sizeOf(file) < end) throw this.#tooShort(file, end)
    this.#tails.unshift({ file, end })
  }

  /** Appends to another file from now on, if to this one. */
  leave(file: number): void {
    const index = this.#tails.findIndex((tail) => tail.file === file)
    if (index !== -1) this.#tails.splice(index, 1)
  }

  /** The room that a file takes, with bytes of which no row tells; 0 when it is not there. */
  sizeOf(file: number): number {
    return statSync(this.#path(file), { throwIfNoEntry: false })?.size ?? 0
  }

  /**
   * Appends, and makes durable if the engine does. One call at a time.
   * @throws UnwrittenBatches when the disk did not take them; what else it throws leaves open what is on the disk
   */
  async write(batches: readonly Uint8Array[]): Promise<Place[]> {
    const parts = this.#divide(batches)
    const places = parts.flatMap(placesOf)
    const written = await Promise.allSettled(parts.map((part) => this.#append(part)))
    const errors = written.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    if (errors.length > 0) {
      this.takeBack(places)
      throw errors.find((error) => !(error instanceof UnwrittenBatches)) ?? errors[0]
    }
    for (const { tail, batches } of parts) tail.end += bytesIn(batches)
    return places
  }

  /** Forgets what was last written, of which no row tells, and gives its room back: on a full disk others need it. */
  takeBack(places: readonly Place[]): void {
    for (const tail of this.#tails) {
      const first = places.find(({ file }) => file === tail.file)
      if (first === undefined) continue
      tail.end = first.position
      const descriptor = this.#open.get(tail.file)
      try {
        if (descriptor !== undefined) ftruncateSync(descriptor, tail.end)
      } catch {
        // Then the next write goes over it.
      }
    }
  }

  /** The bytes of a place, in `memory` if it is given; or why they are not there. */
  read({ file, position }: Place, sizeBytes: number, memory?: ReadMemory): Buffer | DamagedRow {
    const bytes = memory?.take(sizeBytes) ?? Buffer.allocUnsafeSlow(sizeBytes)
    try {
      const descriptor = this.#descriptorOf(file)
      for (let at = 0; at < sizeBytes; ) {
        const count = readSync(descriptor, bytes, at, sizeBytes - at, position + at)
        if (count === 0) return this.#tooShort(file, position + sizeBytes)
        at += count
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      return this.missing(file)
    }
    return bytes
  }

  /** The bytes of a row: its own, unless it names a place; or why they are not there. */
  bytesOf(row: RowBytes, memory?: ReadMemory): Buffer | DamagedRow {
    const { bytes, file, position, sizeBytes } = row
    return file === null || position === null ? bytes : this.read({ file, position }, sizeBytes, memory)
  }

  /** What to say of a file that is named and not there. */
  missing(file: number): DamagedRow {
    return new DamagedRow(this.#path(file), 'is missing')
  }

  /** Removes a file that no row names, and that is not appended to. */
  async remove(file: number): Promise<void> {
    this.#close(file)
    // By another thread: the system takes its time with a large one.
    await rm(this.#path(file), { force: true })
    this.#known.delete(file)
  }

  close(): void {
    for (const file of [...this.#open.keys()]) this.#close(file)
  }

  #tooShort(file: number, end: number): DamagedRow {
    return new DamagedRow(this.#path(file), `ends before byte ${end}`)
  }

  #divide(batches: readonly Uint8Array[]): Part[] {
    const bytes = bytesIn(batches)
    if (bytes < this.limits.halvesBytes || batches.length < 2) return [{ tail: this.#tail(0), batches }]
    let half = 1
    for (let sum = batches[0]!.length; half < batches.length - 1 && sum < bytes / 2; half++)
      sum += batches[half]!.length
    return [
      { tail: this.#tail(0), batches: batches.slice(0, half) },
      { tail: this.#tail(1), batches: batches.slice(half) },
    ]
  }

  /** The first or second file to append to; a new one where there is none, or it has enough. */
  #tail(index: 0 | 1): Tail {
    const tail = this.#tails[index]
    if (tail !== undefined && tail.end < this.limits.fileBytes) return tail
    const next = { file: Math.max(0, ...this.#known, ...this.#tails.map(({ file }) => file)) + 1, end: 0 }
    this.#tails[index] = next
    return next
  }

  async #append({ tail, batches }: Part): Promise<void> {
    let descriptor: number
    try {
      descriptor = this.#writable(tail.file)
      await writeAll(descriptor, batches, tail.end)
    } catch (cause) {
      throw new UnwrittenBatches(this.#path(tail.file), cause)
    }
    if (this.#durable && syncedWrites === undefined) await sync(descriptor)
  }

  /** A file that is appended to, made durable as a name before anything in it is. */
  #writable(file: number): number {
    if (this.#known.has(file)) return this.#descriptorOf(file)
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    const descriptor = openSync(this.#path(file), this.#flags | constants.O_CREAT | constants.O_TRUNC, 0o600)
    try {
      if (this.#durable) for (const path of [this.#directory, dirname(this.#directory)]) syncDirectory(path)
    } catch (error) {
      closeSync(descriptor)
      throw error
    }
    this.#remember(file, descriptor)
    this.#known.add(file)
    return descriptor
  }

  #descriptorOf(file: number): number {
    const open = this.#open.get(file)
    if (open !== undefined) return open
    const descriptor = openSync(this.#path(file), this.#flags)
    this.#remember(file, descriptor)
    return descriptor
  }

  #remember(file: number, descriptor: number): void {
    for (const other of this.#open.keys()) {
      if (this.#open.size < MAX_OPEN) break
      if (!this.isCurrent(other)) this.#close(other)
    }
    this.#open.set(file, descriptor)
  }

  #close(file: number): void {
    const descriptor = this.#open.get(file)
    if (descriptor === undefined) return
    this.#open.delete(file)
    closeSync(descriptor)
  }

  #path(file: number): string {
    return join(this.#directory, `${file}.batches`)
  }
}

/** The directory of the files that belong to a database. */
export function batchDirectory(databaseFile: string): string {
  return `${databaseFile}-batches`
}

function numbersIn(directory: string): number[] {
  try {
    return readdirSync(directory)
      .flatMap((name) => fileName.exec(name)?.[1] ?? [])
      .map(Number)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function bytesIn(batches: readonly Uint8Array[]): number {
  return batches.reduce((sum, { length }) => sum + length, 0)
}

function placesOf({ tail, batches }: Part): Place[] {
  let position = tail.end
  return batches.map(({ length }) => {
    position += length
    return { file: tail.file, position: position - length }
  })
}

/** Writes all of it, however little the system takes at once. */
async function writeAll(descriptor: number, batches: readonly Uint8Array[], position: number): Promise<void> {
  let rest = batches
  let at = position
  while (rest.length > 0) {
    const written = await writeSome(descriptor, rest, at)
    at += written
    rest = after(rest, written)
  }
}

function writeSome(descriptor: number, batches: readonly Uint8Array[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writev(descriptor, batches, position, (error, written) => (error === null ? resolve(written) : reject(error)))
  })
}

/** What is left when `count` bytes are taken off. */
function after(batches: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let skipped = 0
  for (const [index, batch] of batches.entries()) {
    if (skipped + batch.length > count) return [batch.subarray(count - skipped), ...batches.slice(index + 1)]
    skipped += batch.length
  }
  return []
}
