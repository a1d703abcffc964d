import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()
const write = (text: string) => writeFileSync(join(bench.folder, 'rafka.yaml'), text)

describe('config show', () => {
  test('tells each value and where it comes from', async () => {
    write('storage.type: memory\nbroker: { num.partitions: 3 }\n')
    const env = { RAFKA_PRODUCER_LINGER_MS: '7ms', RAFKA_STORAGE_DURABILITY: '' }
    const { code, out } = await bench.run(['config', 'show', '--set'], { env })
    expect(code).toBe(0)
    const file = join(bench.folder, 'rafka.yaml')
    const rows = out.split('\n').map((line) => line.split(/ {2,}/))
    expect(rows).toEqual([
      ['KEY', 'VALUE', 'FROM'],
      ['data-dir', bench.env.RAFKA_DATA_DIR, 'RAFKA_DATA_DIR'],
      ['storage.type', 'memory', `${file}:1`],
      ['broker.num.partitions', '3', `${file}:2`],
      ['producer.linger.ms', '7ms', 'RAFKA_PRODUCER_LINGER_MS'],
      [''],
    ])
  })

  test('gives JSON with values read', async () => {
    const ran = await bench.run(['config', 'show', 'producer.linger.ms', 'storage', '--json'])
    expect(ran.json()).toMatchObject({
      files: [],
      profile: null,
      data_dir: bench.env.RAFKA_DATA_DIR,
      settings: [
        { key: 'producer.linger.ms', value: 5, from: 'default' },
        { key: 'storage.type', value: 'sqlite' },
        { key: 'storage.path', value: null },
        { key: 'storage.durability', value: 'none', from: 'environment' },
        { key: 'storage.memory.max.bytes', value: 1024 ** 3 },
      ],
    })
  })

  test('keeps what hooks are told to itself', async () => {
    write('hooks:\n- { module: ./a.js, options: { password: canary-secret } }\n')
    for (const flags of [[], ['--json'], ['--set']]) {
      const { out, err } = await bench.run(['config', 'show', ...flags])
      expect(out + err).not.toContain('canary-secret')
      expect(out).toContain('a.js')
    }
  })

  test('of a key that is not there says what was meant', async () => {
    const { code, err } = await bench.run(['config', 'show', 'storage.typ'])
    expect(code).toBe(2)
    expect(err).toBe('error: unknown key "storage.typ"\nhint: did you mean "storage.type"?\n')
  })
})

describe('config check', () => {
  test('is content with a good file, and with none', async () => {
    expect(await bench.run(['config', 'check'])).toMatchObject({
      code: 0,
      out: 'no file; defaults and environment are good\n',
    })
    write('storage.type: memory')
    expect((await bench.run(['config', 'check'])).out).toBe(`${join(bench.folder, 'rafka.yaml')} is good\n`)
  })

  test('ends with 2 at a mistake, as any command does', async () => {
    write('storage: { tpye: memory }')
    for (const words of [
      ['config', 'check'],
      ['topics', 'list'],
      ['produce', 't', 'x'],
    ]) {
      const { code, out, err } = await bench.run(words)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toContain(
        `${join(bench.folder, 'rafka.yaml')}:1: unknown key "storage.tpye"\nhint: did you mean "storage.type"?\n`,
      )
    }
    expect((await bench.run(['config', 'check', '--json'])).json()).toMatchObject({
      ok: false,
      error: { code: 'INVALID_CONFIGURATION', key: 'storage.tpye', line: 1 },
    })
  })

  test('finds a hook that is not there', async () => {
    write('# first\nhooks:\n- module: ./missing.js')
    const { code, err } = await bench.run(['config', 'check'])
    expect(code).toBe(2)
    expect(err).toMatch(/rafka.yaml:2: hooks: .*missing.js does not exist/)
  })

  test('warns of variables that nobody reads', async () => {
    const env = { RAFKA_STORAGE_TYP: 'memory', RAFKA_SERVICE_HOST: 'x' }
    const { code, err } = await bench.run(['config', 'check'], { env })
    expect(code).toBe(0)
    expect(err).toContain('RAFKA_STORAGE_TYP is not known and has no effect; did you mean RAFKA_STORAGE_TYPE?')
    expect(err).toContain('RAFKA_SERVICE_HOST is not known')
  })
})

describe('hooks of the configuration', () => {
  const hookFile = (name: string, text: string) => writeFileSync(join(bench.folder, name), text)

  test('see the records of their topics, with their options', async () => {
    hookFile(
      'mark.mjs',
      'export default ({ mark }) => ({ name: "mark", onAppend: ({ value }) => ({ value: Buffer.from(value + mark) }) })',
    )
    write('hooks:\n- { module: ./mark.mjs, options: { mark: "!" }, topics: [a] }')
    await bench.run(['produce', 'a', 'x'])
    await bench.run(['produce', 'b', 'x'])
    expect((await bench.run(['consume', 'a', '-e'])).out).toBe('x!\n')
    expect((await bench.run(['consume', 'b', '-e'])).out).toBe('x\n')
  })

  test.each([
    ['throws', 'throw new Error("boom")', /boom/],
    ['exports no hook', 'export const other = 1', /exports no hook/],
    ['exports a hook without a name', 'export const hook = {}', /no name/],
  ])('a module that %s is a mistake with file and line', async (_, text, message) => {
    const name = `broken-${Math.random()}.mjs`
    hookFile(name, text)
    write(`hooks: [{ module: ./${name} }]`)
    const { code, err } = await bench.run(['topics', 'list'])
    expect(code).toBe(2)
    expect(err).toMatch(/rafka.yaml:1: hooks: .*cannot be loaded: /)
    expect(err).toMatch(message)
  })
})
