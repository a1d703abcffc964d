import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OutputBuffer } from '../../../commands/output/output-buffer.ts'

const sources = [100_000, 100, 300_000].map((length, seed) =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => (index * (seed + 7) + (index >> 8)) & 0xff)),
)

/** Which buffer, from where, how many bytes, and how they are added. */
const step = fc.record({
  source: fc.constantFrom(...sources),
  start: fc.nat(300_000),
  size: fc.oneof(fc.nat(40), fc.nat(400), fc.nat(12_000), fc.nat(200_000)),
  how: fc.constantFrom('piece', 'piece', 'slice', 'byte', 'text', 'flush'),
})

test('all that was added comes out in order, however it was added and however large it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const stream = new PassThrough({ highWaterMark: 1 })
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)))
      const out = new OutputBuffer(stream)
      const expected: Buffer[] = []
      for (const { source, start, size, how } of steps) {
        const from = Math.min(start, source.length)
        const to = Math.min(from + size, source.length)
        if (how === 'flush') await out.flush()
        else if (how === 'byte') out.byte(0x0a)
        else if (how === 'text') out.text('grün')
        else out[how](source, from, to)
        if (how === 'byte') expected.push(Buffer.from('\n'))
        else if (how === 'text') expected.push(Buffer.from('grün'))
        else if (how !== 'flush') expected.push(source.subarray(from, to))
      }
      await out.finish()
      stream.end()
      expect(Buffer.concat(chunks).equals(Buffer.concat(expected))).toBe(true)
    }),
    { numRuns: 200 },
  )
})

test('what is told next begins a line of its own on a terminal, and nothing is added in a pipe', async () => {
  const printed = async (text: string, isTTY: boolean) => {
    const stream = Object.assign(new PassThrough(), { isTTY })
    const out = new OutputBuffer(stream)
    out.text(text)
    await out.flush()
    await out.finish()
    return stream.read()?.toString() ?? ''
  }
  expect(await printed('a', true)).toBe('a\n')
  expect(await printed('a\n', true)).toBe('a\n')
  expect(await printed('', true)).toBe('')
  expect(await printed('a', false)).toBe('a')
})
