import { describe, expect, test } from 'vitest'
import { useWorkbench } from './support/with-directory.ts'

const bench = useWorkbench()

describe('rafka help', () => {
  test.each([
    ['format', /%K\{big32\}%k%V\{big32\}%v/],
    ['offsets', /@-1h:now/],
    ['exit-codes', /\n {2}130 {2}Ctrl-C/],
    ['env', /RAFKA_PRODUCER_LINGER_MS/],
  ])('%s tells of it in at most 80 columns', async (name, expected) => {
    const { code, out, err } = await bench.run(['help', name])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(expected)
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect((await bench.run(['--help'])).out).toContain(name)
  })

  test('of a name that it does not know is an error', async () => {
    expect(await bench.run(['help', 'formats'])).toMatchObject({ code: 2 })
  })
})
