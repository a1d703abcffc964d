import { malformed, unencodable, unencodableNull } from './codec-errors.ts'
import { emptyBytes } from './field.ts'
import type { LengthForm } from './length-form.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** Reads and writes values of one type in one version. */
export interface ValueCodec<T = unknown> {
  /** Fewest bytes that a value takes: bounds how many fit in what is left of a frame. */
  readonly minBytes: number
  read(reader: Reader): T
  write(writer: Writer, value: T): void
}

/** The types whose form is the same in every version, and what their values are here. */
interface FixedValues {
  int8: number
  int16: number
  int32: number
  int64: number
  uint16: number
  uint32: number
  float64: number
  boolean: boolean
  uuid: string
}

/** Their codecs. */
export const fixedCodecs: { readonly [Kind in keyof FixedValues]: ValueCodec<FixedValues[Kind]> } = {
  int8: { minBytes: 1, read: (reader) => reader.int8(), write: (writer, value) => writer.int8(value) },
  int16: { minBytes: 2, read: (reader) => reader.int16(), write: (writer, value) => writer.int16(value) },
  int32: { minBytes: 4, read: (reader) => reader.int32(), write: (writer, value) => writer.int32(value) },
  int64: { minBytes: 8, read: (reader) => reader.int64(), write: (writer, value) => writer.int64(value) },
  uint16: { minBytes: 2, read: (reader) => reader.uint16(), write: (writer, value) => writer.uint16(value) },
  uint32: { minBytes: 4, read: (reader) => reader.uint32(), write: (writer, value) => writer.uint32(value) },
  float64: { minBytes: 8, read: (reader) => reader.float64(), write: (writer, value) => writer.float64(value) },
  boolean: { minBytes: 1, read: (reader) => reader.boolean(), write: (writer, value) => writer.boolean(value) },
  uuid: { minBytes: 16, read: (reader) => reader.uuid(), write: (writer, value) => writer.uuid(value) },
}

/** UTF-8 behind its length. */
export function stringCodec(form: LengthForm, nullable: boolean): ValueCodec<string | null> {
  return withNull(form, nullable, 'string', {
    read: (reader, length) => reader.text(length),
    write(writer, value) {
      if (typeof value !== 'string') throw unencodable('string', value)
      const length = Buffer.byteLength(value)
      form.write(writer, length)
      writer.text(value, length)
    },
  })
}

/** Bytes behind their length. Read as a copy. */
export function bytesCodec(form: LengthForm, nullable: boolean): ValueCodec<Buffer | null> {
  return withNull(form, nullable, 'bytes', {
    read: (reader, length) => (length === 0 ? emptyBytes : Buffer.from(reader.slice(length))),
    write(writer, value) {
      if (!Buffer.isBuffer(value)) throw unencodable('bytes', value)
      form.write(writer, value.length)
      writer.raw(value)
    },
  })
}

const noRecords: readonly Buffer[] = Object.freeze([emptyBytes])

/** Record batches behind their length in bytes. Read as one slice of the frame, written piece by piece. */
export function recordsCodec(form: LengthForm, nullable: boolean): ValueCodec<readonly Buffer[] | null> {
  return withNull(form, nullable, 'records', {
    read: (reader, length) => (length === 0 ? noRecords : [reader.slice(length)]),
    write(writer, value) {
      if (!Array.isArray(value)) throw unencodable('records', value)
      form.write(writer, totalBytes(value))
      for (const piece of value) writer.raw(piece)
    },
  })
}

/** Entries behind their count. */
export function arrayCodec(
  form: LengthForm,
  nullable: boolean,
  element: ValueCodec,
): ValueCodec<readonly unknown[] | null> {
  // An entry without any field in this version takes no byte, and could be announced without end.
  const minBytes = Math.max(1, element.minBytes)
  return withNull(form, nullable, 'array', {
    read(reader, length) {
      reader.expectElements(length, minBytes)
      const values: unknown[] = []
      for (let i = 0; i < length; i++) values.push(element.read(reader))
      return values
    },
    write(writer, value) {
      if (!Array.isArray(value)) throw unencodable('array', value)
      form.write(writer, value.length)
      for (const entry of value) element.write(writer, entry)
    },
  })
}

/** A struct that may be null: one byte, -1 or 1, stands before it. */
export function nullableStructCodec(inner: ValueCodec): ValueCodec {
  return {
    minBytes: 1,
    read: (reader) => (reader.int8() < 0 ? null : inner.read(reader)),
    write(writer, value) {
      writer.int8(value === null ? -1 : 1)
      if (value !== null) inner.write(writer, value)
    },
  }
}

interface LengthPrefixed<T> {
  read(reader: Reader, length: number): T
  /** Writes the length too. */
  write(writer: Writer, value: T): void
}

function withNull<T>(
  form: LengthForm,
  nullable: boolean,
  type: string,
  inner: LengthPrefixed<T>,
): ValueCodec<T | null> {
  return {
    minBytes: form.minBytes,
    read(reader) {
      const length = form.read(reader)
      if (length >= 0) return inner.read(reader, length)
      if (!nullable) throw malformed(`${type} must not be null in this version`)
      return null
    },
    write(writer, value) {
      if (value !== null) inner.write(writer, value)
      else if (nullable) form.write(writer, -1)
      else throw unencodableNull(type)
    },
  }
}

function totalBytes(pieces: readonly Buffer[]): number {
  let total = 0
  for (const piece of pieces) total += piece.length
  return total
}
