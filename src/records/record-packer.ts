import { packed } from './packer/packed.ts'

/** What the records of one call have in common, and where they are to go. */
export interface Packing {
  /** Against the batch's first timestamp, in ms. */
  readonly timestampDelta: number
  /** Of the first; each further one has one more. */
  readonly offsetDelta: number
  /** Memory of the batch; records are written from `at` on, and end before `end`. */
  readonly batch: Buffer
  readonly at: number
  readonly end: number
}

interface Global {
  readonly value: number
}

/** The module that `packer/pack.ts` describes. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly slicesAt: Global
  readonly maxRecords: Global
  readonly inputAt: Global
  readonly maxInputBytes: Global
  readonly outputAt: Global
  readonly maxOutputBytes: Global
  readonly written: Global
  pack(
    records: number,
    inputStart: number,
    inputEnd: number,
    timestampDelta: bigint,
    offsetDelta: number,
    outputBytes: number,
  ): number
}

/**
 * Packs many records at once, in WebAssembly: one by one in JavaScript takes four times as long (bench/README.md). Bytes are copied in and out by pieces that stay
 * in the processor's cache.
 */
export class RecordPacker {
  /** Records that the last call packed. */
  records = 0
  readonly #exports: Exports
  readonly #slices: Int32Array
  readonly #input: Uint8Array
  readonly #output: Uint8Array

  constructor(exports: Exports) {
    const { memory, slicesAt, maxRecords, inputAt, maxInputBytes, outputAt, maxOutputBytes } = exports
    this.#exports = exports
    this.#slices = new Int32Array(memory.buffer, slicesAt.value, maxRecords.value * 4)
    this.#input = new Uint8Array(memory.buffer, inputAt.value, maxInputBytes.value)
    this.#output = new Uint8Array(memory.buffer, outputAt.value, maxOutputBytes.value)
  }

  /**
   * Packs records of `source`, those from `first` to before `end` of `slices` (four positions each: start and end of key and value; a negative start is
   * null), up to one that does not fit or is too large for a piece. None where positions are wrong.
   * @returns bytes written; `records` says how many records they are
   */
  pack(source: Buffer, slices: Int32Array, first: number, end: number, packing: Packing): number {
    const records = Math.min(end - first, this.#slices.length / 4)
    const inputStart = startOf(slices, first)
    const inputEnd = Math.min(endOf(slices, first + records - 1), inputStart + this.#input.length, source.length)
    // A piece should hold several records: what is large costs less by itself.
    const isLarge = endOf(slices, first) - inputStart > this.#input.length / 4
    if (isLarge || inputEnd < inputStart) return this.#done(0, 0)
    this.#slices.set(slices.subarray(first * 4, (first + records) * 4))
    this.#input.set(source.subarray(inputStart, inputEnd))
    const { timestampDelta, offsetDelta, batch, at } = packing
    const room = Math.max(0, Math.min(packing.end - at, this.#output.length))
    const bytes = this.#exports.pack(records, inputStart, inputEnd, BigInt(timestampDelta), offsetDelta, room)
    if (bytes > 0) batch.set(this.#output.subarray(0, bytes), at)
    return this.#done(this.#exports.written.value, bytes)
  }

  #done(records: number, bytes: number): number {
    this.records = records
    return bytes
  }
}

/** Where the bytes of a record begin. Any place will do for one that has none. */
function startOf(slices: Int32Array, index: number): number {
  const key = slices[index * 4]!
  const value = slices[index * 4 + 2]!
  return Math.max(0, key < 0 ? value : value < 0 ? key : Math.min(key, value))
}

function endOf(slices: Int32Array, index: number): number {
  const keyEnd = slices[index * 4]! < 0 ? 0 : slices[index * 4 + 1]!
  return Math.max(keyEnd, slices[index * 4 + 2]! < 0 ? 0 : slices[index * 4 + 3]!)
}

/** The types of Node and of ES2023 do not tell of it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

let shared: RecordPacker | null | undefined

/** The packer of this process; undefined where there is no WebAssembly, or none with SIMD. */
export function recordPacker(): RecordPacker | undefined {
  if (shared === undefined) shared = load()
  return shared ?? undefined
}

function load(): RecordPacker | null {
  try {
    const module = new WebAssembly.Module(Buffer.from(packed, 'base64'))
    return new RecordPacker(new WebAssembly.Instance(module).exports as Exports)
  } catch {
    return null
  }
}
