import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameAssembler } from '../../../src/client/transports/frame-assembler.ts'

function framed(frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const size = Buffer.alloc(4)
      size.writeInt32BE(frame.length)
      return [size, frame]
    }),
  )
}

test('frames come whole however the bytes are cut, each in memory of its own', () => {
  const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 10 })
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (sent, cuts) => {
      const received: Buffer[] = []
      const assembler = new FrameAssembler(50, (frame) => received.push(frame))
      const bytes = framed(sent)
      for (let at = 0, index = 0; at < bytes.length; index += 1) {
        const end = at + cuts[index % cuts.length]!
        const chunk = Buffer.from(bytes.subarray(at, end))
        assembler.push(chunk)
        // Whatever becomes of what was read from the socket.
        chunk.fill(0xdd)
        at = end
      }
      expect(received).toEqual(sent.map((frame) => Buffer.from(frame)))
      expect(received.every((frame) => frame.buffer.byteLength === frame.length)).toBe(true)
    }),
  )
})

test.each([0, -1, 51, 0x48545450])('a size of %i is refused before anything is allocated', (size) => {
  const claim = Buffer.alloc(4)
  claim.writeInt32BE(size)
  const assembler = new FrameAssembler(50, () => {})
  expect(() => assembler.push(claim)).toThrow(`a response claims ${size} bytes; 1 to 50 are allowed`)
})

test('an alert of TLS is known for what it is', () => {
  const assembler = new FrameAssembler(2 ** 28, () => {})
  expect(() => assembler.push(Buffer.from([0x15, 3, 3, 0, 2, 2, 70]))).toThrow(
    expect.objectContaining({ code: 'TLS_FAILED', message: expect.stringContaining('speaks TLS') }),
  )
})
