import fc from 'fast-check'
import type { Field, Fields } from '../../src/protocol/field.ts'
import type { MessageDefinition } from '../../src/protocol/message.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'

/**
 * Messages that a version can carry: what it lacks has its default, null is only where it may be, `records` is one piece.
 * So `decode(encode(message))` must be equal to `message`.
 */
export function arbitraryOf<Message>(definition: MessageDefinition<Message>, version: number): fc.Arbitrary<Message> {
  return arbitraryStruct(definition.fields, version) as fc.Arbitrary<Message>
}

function arbitraryStruct(fields: Fields, version: number): fc.Arbitrary<Record<string, unknown>> {
  const values = Object.entries(fields).map(([name, field]) => [name, arbitraryField(field, version)])
  return fc.record(Object.fromEntries(values), { noNullPrototype: true })
}

function arbitraryField(field: Field<unknown>, version: number): fc.Arbitrary<unknown> {
  const { since, until, nullableSince, tag, defaultValue } = field.spec
  if (version < since || version > until) return fc.constant(defaultValue)
  const value = arbitraryValue(field, version)
  const optional = tag === null ? value : fc.oneof(value, fc.constant(defaultValue))
  return nullableSince !== null && version >= nullableSince ? fc.option(optional, { freq: 3 }) : optional
}

function arbitraryValue({ spec: { type } }: Field<unknown>, version: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'int8':
      return fc.integer({ min: -0x80, max: 0x7f })
    case 'int16':
      return fc.integer({ min: -0x8000, max: 0x7fff })
    case 'uint16':
      return fc.integer({ min: 0, max: 0xffff })
    case 'int32':
      return fc.integer()
    case 'uint32':
      return fc.integer({ min: 0, max: 0xffff_ffff })
    case 'int64':
      return fc.maxSafeInteger()
    case 'float64':
      return fc.double()
    case 'boolean':
      return fc.boolean()
    case 'uuid':
      return fc.oneof(
        fc.constant(zeroUuid),
        arbitraryBuffer(16, 16).map((bytes) => bytes.toString('base64url')),
      )
    case 'bytes':
      return arbitraryBuffer(0, 40)
    case 'records':
      return fc.oneof(arbitraryBuffer(0, 40), fc.constant(Buffer.alloc(5000, 7))).map((bytes) => [bytes])
    case 'string':
      return fc.oneof(
        { weight: 8, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
        { weight: 1, arbitrary: fc.constantFrom('', '__proto__', 'constructor', 'x'.repeat(200)) },
      )
    case 'array':
      return fc.array(arbitraryValue(type.element, version), { maxLength: 3 })
    case 'struct':
      return arbitraryStruct(type.fields, version)
  }
}

function arbitraryBuffer(minLength: number, maxLength: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength, maxLength }).map((bytes) => Buffer.from(bytes))
}
