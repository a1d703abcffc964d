import { inField } from './codec-errors.ts'
import type { Reader } from './reader.ts'
import type { ValueCodec } from './value-codec.ts'
import { Writer } from './writer.ts'

/** A field of the tagged section that ends every struct of a flexible version. */
export interface TaggedField {
  readonly name: string
  readonly tag: number
  readonly defaultValue: unknown
  readonly codec: ValueCodec
}

/**
 * The tagged section (KIP-482): a count, then tag, size and value of each field that differs from its default, by rising tag.
 * Unknown tags are skipped when read.
 */
export interface TaggedFieldsCodec {
  /** Puts what was sent into `struct`, which holds the defaults. */
  read(reader: Reader, struct: Record<string, unknown>): void
  write(writer: Writer, struct: Readonly<Record<string, unknown>>): void
}

/** Compiles the tagged section of one struct in one version. */
export function taggedFieldsCodec(fields: readonly TaggedField[]): TaggedFieldsCodec {
  const byTag = new Map(fields.map((field) => [field.tag, field]))
  const ascending = [...fields]
    .sort((a, b) => a.tag - b.tag)
    .map((field) => ({ field, isDefault: equals(field.defaultValue) }))

  return {
    read(reader, struct) {
      const count = reader.unsignedVarint()
      for (let i = 0; i < count; i++) {
        const field = byTag.get(reader.unsignedVarint())
        const size = reader.unsignedVarint()
        if (field === undefined) reader.skip(size)
        else struct[field.name] = readField(reader, field, size)
      }
    },
    write(writer, struct) {
      let count = 0
      for (const { field, isDefault } of ascending) if (!isDefault(struct[field.name])) count++
      writer.unsignedVarint(count)
      if (count === 0) return
      for (const { field, isDefault } of ascending) {
        const value = struct[field.name]
        if (!isDefault(value)) writeField(writer, field, value)
      }
    },
  }
}

function readField(reader: Reader, { name, codec }: TaggedField, size: number): unknown {
  try {
    return reader.within(size, (inner) => codec.read(inner))
  } catch (error) {
    throw inField(error, name)
  }
}

function writeField(writer: Writer, { name, tag, codec }: TaggedField, value: unknown): void {
  const content = new Writer()
  try {
    codec.write(content, value)
  } catch (error) {
    throw inField(error, name)
  }
  writer.unsignedVarint(tag)
  writer.unsignedVarint(content.sizeBytes)
  writer.append(content)
}

/** What tells whether a value is the given default, made once per field. */
function equals(defaultValue: unknown): (value: unknown) => boolean {
  if (Array.isArray(defaultValue)) return (value) => Array.isArray(value) && value.length === 0
  if (Buffer.isBuffer(defaultValue)) return (value) => Buffer.isBuffer(value) && value.equals(defaultValue)
  if (typeof defaultValue !== 'object' || defaultValue === null) return (value) => value === defaultValue
  const inner = Object.entries(defaultValue).map(([name, value]) => ({ name, isDefault: equals(value) }))
  return (value) =>
    value === defaultValue || (isStruct(value) && inner.every(({ name, isDefault }) => isDefault(value[name])))
}

function isStruct(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
