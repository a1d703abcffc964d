import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  array,
  boolean,
  bytes,
  float64,
  int8,
  int16,
  int32,
  int64,
  neverCompactString,
  records,
  string,
  struct,
  uint16,
  uint32,
  uuid,
} from '../../src/protocol/field.ts'
import { type MessageDefinition, message } from '../../src/protocol/message.ts'
import { Reader } from '../../src/protocol/reader.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'
import { Writer } from '../../src/protocol/writer.ts'
import { arbitraryOf } from '../support/arbitrary-messages.ts'

const inner = { a: int32.default(-1), b: string }

/** Every type, positional and tagged, nullable and not. */
const everything = message(
  'everything',
  { versions: [0, 3], flexibleSince: 2 },
  {
    int8,
    int16,
    int32,
    int64,
    uint16,
    uint32,
    float64,
    boolean,
    string,
    neverCompactString,
    uuid,
    bytes,
    records: records.nullable(),
    numbers: array(int64).nullable(1),
    structs: array(inner),
    struct: struct(inner).nullable(1).default(null),
    old: string.until(1).default('gone'),
    young: int16.since(3).default(7),
    taggedNumber: int64.default(-1).tagged(0, 2),
    taggedStruct: struct(inner).tagged(2, 2),
    taggedNullable: struct(inner).nullable().default(null).tagged(3, 2),
    taggedArray: array({ x: int8 }).nullable().tagged(1, 2),
    taggedBytes: bytes.tagged(300, 2),
  },
)

describe.each([0, 1, 2, 3])('a message with every type, v%i', (version) => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(arbitraryOf(everything, version), (given) => {
        assert.deepStrictEqual(decoded(everything, version, encoded(everything, version, given)), given)
      }),
    )
  })
})

describe('fields', () => {
  const grown = message(
    'grown',
    { versions: [0, 2], flexibleSince: 2 },
    {
      a: int8,
      b: int8.since(1).default(5),
      c: int8.until(0).default(6),
    },
  )

  test('that a version lacks are left out and read as their default', () => {
    const given = { a: 1, b: 2, c: 3 }
    expect(encoded(grown, 0, given)).toEqual(Buffer.from([1, 3]))
    expect(encoded(grown, 1, given)).toEqual(Buffer.from([1, 2]))
    expect(decoded(grown, 0, Buffer.from([1, 3]))).toEqual({ a: 1, b: 5, c: 3 })
    expect(decoded(grown, 1, Buffer.from([1, 2]))).toEqual({ a: 1, b: 2, c: 6 })
  })

  test('that are left out of create have their default', () => {
    expect(grown.create({ a: 9 })).toEqual({ a: 9, b: 5, c: 6 })
    expect(everything.create()).toMatchObject({ numbers: [], uuid: zeroUuid, records: null, struct: null, young: 7 })
  })
})

describe('tagged fields', () => {
  const tagged = message(
    'tagged',
    { versions: [0, 1], flexibleSince: 1 },
    {
      two: int8.tagged(2, 1),
      one: struct({ x: int8.default(-1) }).tagged(1, 1),
      list: array(int8).tagged(3, 1),
    },
  )
  const defaults = { two: 0, one: { x: -1 }, list: [] }

  test('C8: are not written when they have their default', () => {
    expect(encoded(tagged, 1, defaults)).toEqual(Buffer.from([0]))
  })

  test('are not written in versions that are not flexible', () => {
    expect(encoded(tagged, 0, { two: 5, one: { x: 5 }, list: [5] })).toEqual(Buffer.alloc(0))
  })

  test('are written by rising tag', () => {
    expect(encoded(tagged, 1, { two: 5, one: { x: 6 }, list: [7] })).toEqual(
      Buffer.from([3, 1, 2, 6, 0, 2, 1, 5, 3, 2, 2, 7]),
    )
  })

  test('C8: that are unknown are skipped, in any place', () => {
    expect(decoded(tagged, 1, Buffer.from([3, 0, 2, 9, 9, 2, 1, 5, 9, 1, 9]))).toEqual({ ...defaults, two: 5 })
  })

  test('with a wrong size are malformed', () => {
    for (const size of [0, 2]) {
      expect(() => decoded(tagged, 1, Buffer.from([1, 2, size, 5, 0, 0]))).toThrow(
        expect.objectContaining({ code: 'MALFORMED_MESSAGE', details: { field: 'two' } }),
      )
    }
  })
})

describe('strings', () => {
  const text = message('text', { versions: [0, 1], flexibleSince: 1 }, { text: string })

  test('that are not UTF-8 are read with replacement characters', () => {
    expect(decoded(text, 0, Buffer.from([0, 2, 0xff, 0x61]))).toEqual({ text: '\ufffda' })
  })

  test('of any length come back', () => {
    for (const length of [0, 1, 23, 24, 126, 127, 128, 16_383, 16_384, 32_767]) {
      for (const version of [0, 1]) {
        const given = { text: 'é'.repeat(length / 2) + 'e'.repeat(length % 2) }
        expect(decoded(text, version, encoded(text, version, given))).toEqual(given)
      }
    }
  })
})

describe('arrays', () => {
  const lists = message(
    'lists',
    { versions: [0, 1], flexibleSince: null },
    {
      wide: array(int64).nullable(),
      late: array({ x: int8.since(1) }),
    },
  )

  test('X1: whose entries cannot be in what is left are refused before any is read', () => {
    const frame = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(() => decoded(lists, 0, frame)).toThrow('array of 2 at byte 4 does not fit in the 12 bytes left')
  })

  test('whose entries take no bytes cannot be announced without end', () => {
    const endless = Buffer.from([0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff])
    expect(() => decoded(lists, 0, endless)).toThrow('array of 2147483647 at byte 8 does not fit in the 0 bytes left')
  })

  test('with a length below -1 are malformed, also where null may be', () => {
    expect(decoded(lists, 0, Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])).wide).toBeNull()
    expect(() => decoded(lists, 0, Buffer.from([0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0]))).toThrow('length -2 is negative')
  })
})

describe('varints', () => {
  test('come back at every size', () => {
    for (const value of [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455, 268_435_456, 0xffff_ffff]) {
      const writer = new Writer()
      writer.unsignedVarint(value)
      expect(new Reader(Buffer.concat(writer.finish())).unsignedVarint()).toBe(value)
    }
  })

  test('longer than 32 bits are malformed', () => {
    expect(() => new Reader(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x1f])).unsignedVarint()).toThrow('varint')
    expect(() => new Reader(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0x01])).unsignedVarint()).toThrow('varint')
  })
})

test('a value of a wrong type is refused and named', () => {
  const refused: ReadonlyArray<[string, unknown]> = [
    ['int8', 128],
    ['int8', 1.5],
    ['int16', '1'],
    ['int32', 2 ** 31],
    ['int64', Number.NaN],
    ['int64', 1n],
    ['uint16', -1],
    ['uint32', 2 ** 32],
    ['float64', '1'],
    ['boolean', 1],
    ['string', undefined],
    ['uuid', 'short'],
    ['uuid', 'AAAAAAAAAAAAAAAAAAAAAB'],
    ['bytes', 'text'],
    ['records', Buffer.from('not in a list')],
    ['structs', 'text'],
  ]
  for (const [name, value] of refused) {
    const given = { ...everything.create(), [name]: value } as ReturnType<typeof everything.create>
    expect(() => encoded(everything, 2, given), name).toThrow('cannot hold')
  }
})

function encoded<T>(definition: MessageDefinition<T>, version: number, given: T): Buffer {
  const writer = new Writer()
  definition.codec(version).write(writer, given)
  return Buffer.concat(writer.finish())
}

function decoded<T>(definition: MessageDefinition<T>, version: number, bytes: Buffer): T {
  return definition.codec(version).read(new Reader(bytes))
}
