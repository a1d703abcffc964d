import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordSplitter } from '../../../../commands/format/read/record-splitter.ts'

/** `many`: how many it is asked for at once before the next one alone. */
function split(chunks: readonly Buffer[], delimiter: string, many = 0): string[] {
  const splitter = new RecordSplitter(Buffer.from(delimiter))
  const records: string[] = []
  const found: Array<readonly [Buffer, number, number]> = []
  const take = () => {
    for (const place of found.splice(0)) records.push(place[0].toString('latin1', place[1], place[2]))
  }
  for (const chunk of chunks) {
    splitter.push(chunk)
    const slices = new Int32Array(4 * (many + 1))
    for (;;) {
      const { source } = splitter
      const count = splitter.nextMany(slices, 1, many + 1)
      for (let index = 1; index <= count; index++) {
        const [key, , start, end] = slices.subarray(4 * index)
        expect(key).toBe(-1)
        found.push([source, start!, end!])
      }
      if (!splitter.next()) break
      found.push([splitter.source, splitter.start, splitter.end])
    }
    // They stay until the next chunk comes; then the memory of this one is used again.
    take()
    chunk.fill(0xdd)
  }
  if (splitter.last()) found.push([splitter.source, splitter.start, splitter.end])
  take()
  return records
}

test.each([
  ['lines', 'a\nb\nc\n', '\n', ['a', 'b', 'c']],
  ['a last line without its end', 'a\nb', '\n', ['a', 'b']],
  ['empty lines', '\n\na\n', '\n', ['', '', 'a']],
  ['nothing', '', '\n', []],
  ['carriage returns, which belong to the line', 'a\r\nb\rc\n', '\n', ['a\r', 'b\rc']],
  ['a delimiter of several bytes', 'a--b-c--', '--', ['a', 'b-c']],
  ['lines longer than what is looked at byte by byte', `${'x'.repeat(100)}\ny`, '\n', ['x'.repeat(100), 'y']],
])('%s', (_, input, delimiter, records) => {
  expect(split([Buffer.from(input)], delimiter)).toEqual(records)
})

test('however the input is cut into chunks, the records are the same', () => {
  const delimiters = fc.constantFrom('\n', '--', '\n\n', 'aba')
  const input = fc.oneof(
    fc.stringMatching(/^[ab\n-]{0,120}$/),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  )
  const many = fc.constantFrom(0, 1, 5, 1000)
  const cuts = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(input, delimiters, cuts, many, (text, delimiter, sizes, atOnce) => {
      const bytes = Buffer.from(text, 'latin1')
      const chunks: Buffer[] = []
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = Math.max(1, sizes[turn % sizes.length]!)
        chunks.push(Buffer.from(bytes.subarray(at, at + size)))
        at += size
      }
      const expected = text.split(delimiter)
      if (expected.at(-1) === '') expected.pop()
      expect(split(chunks, delimiter, atOnce)).toEqual(expected)
    }),
    { numRuns: 2000 },
  )
})

test('a record that is not complete tells how long it is already', () => {
  const splitter = new RecordSplitter(Buffer.from('\n'))
  splitter.push(Buffer.from('a\nbcd'))
  expect(splitter.next()).toBe(true)
  expect(splitter.next()).toBe(false)
  expect(splitter.pendingBytes).toBe(3)
  splitter.push(Buffer.from('ef'))
  expect(splitter.next()).toBe(false)
  expect(splitter.pendingBytes).toBe(5)
})
