import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordReader } from '../../src/records/record-reader.ts'
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from '../../src/records/varint.ts'

/** As the format's definition says it, with numbers of any size. */
function zigzag(value: number): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

function written(write: typeof writeVarint, value: number): Buffer {
  const bytes = Buffer.alloc(12)
  return bytes.subarray(1, write(bytes, value, 1))
}

const edges = [0, -1, 1, 63, 64, -64, -65, 2 ** 30, -(2 ** 30), 2 ** 31 - 1, -(2 ** 31)]

test('a varint is the zigzag of its value, in as many bytes as it is said to take', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.constantFrom(...edges)), (value) => {
      expect(written(writeVarint, value)).toEqual(zigzag(value))
      expect(sizeOfVarint(value)).toBe(zigzag(value).length)
    }),
  )
})

test('a varlong is the zigzag of its value up to 2^53, in as many bytes as it is said to take', () => {
  const wide = [...edges, 2 ** 31, 2 ** 52, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(...wide)), (value) => {
      expect(written(writeVarlong, value)).toEqual(zigzag(value))
      expect(sizeOfVarlong(value)).toBe(zigzag(value).length)
    }),
  )
})

test('a varlong is read as it was written, up to 2^53', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.maxSafeInteger(), fc.constantFrom(Number.MAX_SAFE_INTEGER)),
      fc.integer(),
      (delta, offset) => {
        const body = Buffer.concat([Buffer.alloc(1), zigzag(delta), zigzag(offset), zigzag(-1), zigzag(-1), zigzag(0)])
        const reader = new RecordReader()
        reader.open(Buffer.concat([zigzag(body.length), body]), 0)
        reader.read()
        expect([reader.timestampDelta, reader.offsetDelta]).toEqual([delta, offset])
      },
    ),
  )
})
