import { inField } from './codec-errors.ts'
import { defaultsOf, type Field, type Fields } from './field.ts'
import { compactLength, int16Length, int32Length } from './length-form.ts'
import type { Reader } from './reader.ts'
import { type TaggedField, taggedFieldsCodec } from './tagged-fields.ts'
import {
  arrayCodec,
  bytesCodec,
  fixedCodecs,
  nullableStructCodec,
  recordsCodec,
  stringCodec,
  type ValueCodec,
} from './value-codec.ts'
import type { Writer } from './writer.ts'

/** An object while it is read or written field by field. */
export type Struct = Record<string, unknown>

/**
 * Compiles the codec of a message or struct for one version: what the version lacks costs nothing, neither when reading nor when writing.
 * A field that it lacks reads as its default and is left out when written.
 */
export function structCodec(fields: Fields, version: number, flexible: boolean): ValueCodec<Struct> {
  const present = Object.entries(fields).filter(([, { spec }]) => version >= spec.since && version <= spec.until)
  const positional = present.filter(([, { spec }]) => spec.tag === null)
  const names = positional.map(([name]) => name)
  const codecs = positional.map(([, field]) => valueCodec(field, version, flexible))
  const tagged = flexible ? taggedFieldsCodec(taggedFields(present, version)) : undefined
  const template = defaultsOf(fields)

  return {
    minBytes: codecs.reduce((sum, codec) => sum + codec.minBytes, flexible ? 1 : 0),
    read(reader: Reader): Struct {
      const struct: Struct = { ...template }
      let i = 0
      try {
        for (; i < codecs.length; i++) struct[names[i]!] = codecs[i]!.read(reader)
      } catch (error) {
        throw inField(error, names[i]!)
      }
      tagged?.read(reader, struct)
      return struct
    },
    write(writer: Writer, struct: Struct): void {
      let i = 0
      try {
        for (; i < codecs.length; i++) codecs[i]!.write(writer, struct[names[i]!])
      } catch (error) {
        throw inField(error, names[i]!)
      }
      tagged?.write(writer, struct)
    },
  }
}

function taggedFields(present: ReadonlyArray<[string, Field<unknown>]>, version: number): TaggedField[] {
  return present
    .filter(([, { spec }]) => spec.tag !== null)
    .map(([name, field]) => ({
      name,
      tag: field.spec.tag!,
      defaultValue: field.spec.defaultValue,
      codec: valueCodec(field, version, true),
    }))
}

function valueCodec({ spec }: Field<unknown>, version: number, flexible: boolean): ValueCodec {
  const nullable = spec.nullableSince !== null && version >= spec.nullableSince
  const { type } = spec
  switch (type.kind) {
    case 'string':
      return stringCodec(flexible && !type.neverCompact ? compactLength : int16Length, nullable)
    case 'bytes':
      return bytesCodec(flexible ? compactLength : int32Length, nullable)
    case 'records':
      return recordsCodec(flexible ? compactLength : int32Length, nullable)
    case 'array':
      return arrayCodec(flexible ? compactLength : int32Length, nullable, valueCodec(type.element, version, flexible))
    case 'struct': {
      const inner = structCodec(type.fields, version, flexible)
      return nullable ? nullableStructCodec(inner) : inner
    }
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint16':
    case 'uint32':
    case 'float64':
    case 'boolean':
    case 'uuid':
      return fixedCodecs[type.kind]
  }
}
