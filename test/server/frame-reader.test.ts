import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameReader } from '../../src/server/frame-reader.ts'

const maxBytes = 100 * 1024 * 1024

function framed(body: Uint8Array): Buffer {
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
}

function claim(sizeBytes: number): Buffer {
  const size = Buffer.alloc(4)
  size.writeInt32BE(sizeBytes)
  return size
}

function drain(reader: FrameReader): Buffer[] {
  const frames: Buffer[] = []
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame)
  return frames
}

/** A chunk in memory of its own, as sockets give them. */
function chunk(bytes: Uint8Array): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length)
  own.set(bytes)
  return own
}

describe('a frame reader', () => {
  test('gives back every frame however the bytes are cut', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 10 })
    const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 })
    fc.assert(
      fc.property(bodies, cuts, (expected, sizes) => {
        const reader = new FrameReader(maxBytes)
        const stream = Buffer.concat(expected.map(framed))
        const frames: Buffer[] = []
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const end = at + sizes[turn % sizes.length]!
          reader.push(chunk(stream.subarray(at, end)))
          frames.push(...drain(reader))
          at = end
        }
        expect(frames.map((frame) => [...frame])).toEqual(expected.map((body) => [...body]))
        expect(reader.partial).toBe(false)
      }),
    )
  })

  test('gathers a frame of many chunks in a buffer of exactly its size', () => {
    const body = Buffer.alloc(3_000_001, 'abcdefg')
    const stream = framed(body)
    const reader = new FrameReader(maxBytes)
    const frames: Buffer[] = []
    for (let at = 0; at < stream.length; at += 65_536) {
      reader.push(chunk(stream.subarray(at, at + 65_536)))
      frames.push(...drain(reader))
    }
    expect(frames).toHaveLength(1)
    expect(frames[0]!.equals(body)).toBe(true)
    expect(frames[0]!.buffer.byteLength).toBe(body.length)
  })

  test('does not keep a large chunk alive for a small frame', () => {
    const small = framed(Buffer.from('small'))
    const start = framed(Buffer.alloc(1_000_000)).subarray(0, 65_536 - small.length)
    const reader = new FrameReader(maxBytes)
    reader.push(chunk(Buffer.concat([small, start])))
    expect(reader.next()!.buffer.byteLength).toBe(5)
  })

  test('takes a frame that fills its chunk as it is, without a copy', () => {
    const bytes = chunk(framed(Buffer.alloc(1_000, 1)))
    const reader = new FrameReader(maxBytes)
    reader.push(bytes)
    expect(reader.next()!.buffer).toBe(bytes.buffer)
  })

  test('frames stay as they were when later chunks come', () => {
    const reader = new FrameReader(maxBytes)
    reader.push(chunk(framed(Buffer.from('first'))))
    const first = reader.next()!
    reader.push(chunk(framed(Buffer.alloc(500, 0xdd))))
    drain(reader)
    expect(first.toString()).toBe('first')
  })

  test('sets no memory aside for a claim alone', () => {
    const before = process.memoryUsage().arrayBuffers
    const readers = Array.from({ length: 1_000 }, () => {
      const reader = new FrameReader(maxBytes)
      reader.push(chunk(Buffer.concat([claim(maxBytes), Buffer.alloc(10)])))
      expect(reader.next()).toBeUndefined()
      return reader
    })
    expect(readers.every((reader) => reader.partial)).toBe(true)
    // 64 KiB each that nothing has touched: no page of it is resident.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(70 * 1024 * 1024)
  })

  test.each([0, -1, -2_147_483_648, 1_001, 2_147_483_647])('X1: refuses a frame of %i bytes', (sizeBytes) => {
    const reader = new FrameReader(1_000)
    reader.push(claim(sizeBytes))
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'MALFORMED_MESSAGE' }))
  })

  test('takes a frame of the largest size', () => {
    const reader = new FrameReader(1_000)
    reader.push(chunk(framed(Buffer.alloc(1_000))))
    expect(reader.next()).toHaveLength(1_000)
  })
})
