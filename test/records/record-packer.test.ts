import { readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { compilePacker, moduleText } from '../../scripts/compile-packer.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

test('the compiled module is what its source gives', async () => {
  const compiled = readFileSync(new URL('../../src/records/packer/packed.ts', import.meta.url), 'utf8')
  expect(compiled).toBe(moduleText(await compilePacker()))
})

test('where there is no WebAssembly, batches are the same', async () => {
  const source = Buffer.from('one two three four five six seven eight nine ten ')
  const slices = Int32Array.from(
    [...String(source).matchAll(/\w+ /g)].flatMap(({ index, 0: word }) => [-1, -1, index, index + word.length]),
  )
  const build = async () => {
    vi.resetModules()
    const { BatchBuilder } = await import('../../src/records/batch-builder.ts')
    const { recordPacker } = await import('../../src/records/record-packer.ts')
    const builder = new BatchBuilder({ maxBytes: 1000 })
    expect(builder.appendMany(1, source, slices, 0, 10)).toBe(10)
    return { batch: builder.build(), packer: recordPacker() }
  }
  const packed = await build()
  vi.stubGlobal('WebAssembly', undefined)
  const plain = await build()
  expect(packed.packer).toBeDefined()
  expect(plain.packer).toBeUndefined()
  expect(plain.batch).toEqual(packed.batch)
})
