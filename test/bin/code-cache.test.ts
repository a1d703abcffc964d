import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, test, vi } from 'vitest'
import { CodeCache } from '../../bin/code-cache.ts'
import { builtRafka } from '../commands/support/built-rafka.ts'
import { startRafka } from '../commands/support/rafka-process.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const source = Buffer.from('(function () {})')
const code = Buffer.from('what V8 compiled of it')

function cacheIn(folder: string, argv: readonly string[] = ['produce', 't'], program: Uint8Array = source): CodeCache {
  return CodeCache.for(argv, program, { NODE_COMPILE_CACHE: folder })!
}

function onlyFileIn(folder: string): string {
  const [name, ...others] = readdirSync(folder)
  expect(others).toEqual([])
  return join(folder, name!)
}

describe('the code cache', () => {
  it('gives back what was kept, for the same command of the same program alone', () => {
    const folder = temporaryDirectory()
    cacheIn(folder).write(code)
    expect(cacheIn(folder).read()).toEqual(code)
    expect(cacheIn(folder, ['produce', 'other', '-q']).read()).toEqual(code)
    expect(cacheIn(folder, ['consume', 't']).read()).toBeUndefined()
    expect(cacheIn(folder, ['produce', '--help']).read()).toBeUndefined()
    expect(cacheIn(folder, ['produce', 't'], Buffer.from('(function ( ) {})')).read()).toBeUndefined()
  })

  it.each([
    [{ NODE_COMPILE_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' }, '/a/rafka-code'],
    [{ XDG_CACHE_HOME: '/b', HOME: '/c' }, '/b/rafka/code'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/c' }, '/c/.cache/rafka/code'],
    [{ HOME: '/c' }, '/c/.cache/rafka/code'],
  ])('lies where %j says', (env, folder) => {
    expect(CodeCache.for([], source, env)?.file).toMatch(`${folder}/repl-`)
  })

  it('is not kept where Node is told to keep none, nor for a word that can be no command', () => {
    expect(CodeCache.for(['produce'], source, { HOME: '/c', NODE_DISABLE_COMPILE_CACHE: '1' })).toBeUndefined()
    expect(CodeCache.for(['../../x'], source, { HOME: '/c' })).toBeUndefined()
    expect(CodeCache.for(['x'.repeat(100)], source, { HOME: '/c' })).toBeUndefined()
  })

  it('is not kept for a user whom the system does not know', () => {
    const unknown = vi.spyOn(os, 'homedir').mockImplementation(() => {
      throw new Error('ENOENT')
    })
    syncBuiltinESMExports()
    expect(CodeCache.for(['produce'], source, {})).toBeUndefined()
    unknown.mockRestore()
    syncBuiltinESMExports()
    expect(CodeCache.for(['produce'], source, {})).toBeDefined()
  })

  it('is no use once a byte of it has changed or is missing', () => {
    const folder = temporaryDirectory()
    cacheIn(folder).write(code)
    const file = onlyFileIn(join(folder, 'rafka-code'))
    const whole = readFileSync(file)
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 1
      writeFileSync(file, damaged)
      expect(cacheIn(folder).read(), `byte ${at}`).toBeUndefined()
      writeFileSync(file, whole.subarray(0, at))
      expect(cacheIn(folder).read(), `cut to ${at} bytes`).toBeUndefined()
    }
  })

  it('is readable for its user alone, and no use if others may have written it', () => {
    const folder = temporaryDirectory()
    cacheIn(folder).write(code)
    const file = onlyFileIn(join(folder, 'rafka-code'))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    chmodSync(file, 0o620)
    expect(cacheIn(folder).read()).toBeUndefined()
    chmodSync(file, 0o600)
    const other = process.geteuid!() + 1
    const seen = vi.spyOn(process as { geteuid: () => number }, 'geteuid').mockReturnValue(other)
    expect(cacheIn(folder).read()).toBeUndefined()
    seen.mockRestore()
    expect(cacheIn(folder).read()).toEqual(code)
  })

  it('keeps the newest 32 files, and what is not its own', () => {
    const folder = join(temporaryDirectory(), 'rafka-code')
    mkdirSync(folder)
    const nameOf = (age: number) => `topics-${age}-v20.0.0-x64.code${age % 2 === 0 ? '.123' : ''}`
    const others = Array.from({ length: 40 }, (_, index) => `notes-${index}.code`)
    for (const name of others) writeFileSync(join(folder, name), '')
    for (let age = 1; age <= 40; age++) {
      const file = join(folder, nameOf(age))
      writeFileSync(file, '')
      utimesSync(file, 1_000_000 - age, 1_000_000 - age)
    }
    const cache = cacheIn(join(folder, '..'))
    cache.write(code)
    const kept = readdirSync(folder)
    expect(kept).toEqual(expect.arrayContaining([...others, nameOf(1), nameOf(31)]))
    expect(kept).toHaveLength(others.length + 32)
    expect(cache.read()).toEqual(code)
  })

  it('does without where it cannot be written, and leaves nothing half', () => {
    const folder = temporaryDirectory()
    writeFileSync(join(folder, 'rafka-code'), 'a file where the folder should be')
    cacheIn(folder).write(code)
    expect(cacheIn(folder).read()).toBeUndefined()
    const other = temporaryDirectory()
    cacheIn(other).write(code)
    // Its own file's name is taken by a folder: it cannot be put in place.
    const taken = onlyFileIn(join(other, 'rafka-code')).replace('produce', 'consume')
    mkdirSync(join(taken, 'x'), { recursive: true })
    cacheIn(other, ['consume']).write(code)
    expect(readdirSync(join(other, 'rafka-code'))).toHaveLength(2)
  })
})

describe.skipIf(builtRafka === undefined)('a command out of the code cache', () => {
  const settled = { timeout: 20_000 }
  const run = async (line: readonly string[], env: Record<string, string>) => await startRafka(line, env).finish()

  function place() {
    const [home, folder] = [temporaryDirectory(), temporaryDirectory()]
    return {
      kept: join(folder, 'rafka-code'),
      env: { HOME: home, RAFKA_DATA_DIR: join(home, 'data'), NODE_COMPILE_CACHE: folder },
    }
  }

  test('the first run keeps its code, the next ones take it and leave it', async () => {
    const { kept, env } = place()
    const outputs = []
    const written = []
    for (let round = 0; round < 3; round++) {
      outputs.push(await run(['config', 'show', '--json'], env))
      const { ino, mtimeMs, size } = statSync(onlyFileIn(kept))
      written.push({ ino, mtimeMs, size })
    }
    expect(outputs[0]).toMatchObject({ code: 0 })
    expect(new Set(outputs.map(({ out }) => out)).size).toBe(1)
    expect(written[1]).toEqual(written[0])
    expect(written[2]).toEqual(written[0])
    expect(written[0]!.size).toBeGreaterThan(100_000)
  })

  test('a damaged file is replaced, and the command does what it should', async () => {
    const { kept, env } = place()
    await run(['version'], env)
    const file = onlyFileIn(kept)
    const whole = readFileSync(file)
    const damaged = Buffer.from(whole).fill(0xff, whole.length >> 1)
    writeFileSync(file, damaged)
    expect(await run(['version'], env)).toMatchObject({ code: 0, err: '' })
    expect(readFileSync(file).equals(damaged)).toBe(false)
    // Code of another V8, rightly kept: V8 itself refuses it.
    cacheOf(file).write(Buffer.alloc(100_000, 1))
    expect(await run(['version'], env)).toMatchObject({ code: 0, err: '' })
    expect(statSync(file).size).not.toBe(100_004)
  })

  test('a command that fails keeps nothing: it has not run what the command runs', async () => {
    const { kept, env } = place()
    expect(await run(['topics', 'describe', 'nope'], env)).toMatchObject({ code: 1 })
    expect(() => readdirSync(kept)).toThrow('ENOENT')
  })

  test('a command that goes on keeps its code once it has started', async () => {
    const { kept, env } = place()
    const broker = startRafka(['broker', 'start', '--port', '0'], env)
    await vi.waitFor(() => onlyFileIn(kept), settled)
    broker.child.kill('SIGTERM')
    expect(await broker.finish()).toMatchObject({ code: 0 })
  })

  test('what the configuration names is imported, out of the cache too', async () => {
    const { env } = place()
    const hook = join(env.HOME, 'hook.mjs')
    writeFileSync(hook, 'await null; export default { name: "x", onAppend: () => ({ refuse: "POLICY_VIOLATION" }) }')
    const config = join(env.HOME, 'rafka.yaml')
    writeFileSync(config, `hooks: [{ module: ${hook} }]\n`)
    for (let round = 0; round < 3; round++) {
      const { code, err } = await run(['produce', 't', 'x', '--config', config], env)
      expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('POLICY_VIOLATION') })
      expect(await run(['produce', '--data-dir', join(env.HOME, 'other'), 't', 'x'], env)).toMatchObject({ code: 0 })
    }
  })

  test('where nothing can be kept it runs all the same', async () => {
    const { env } = place()
    const nowhere = { ...env, NODE_COMPILE_CACHE: '/dev/null' }
    expect(await run(['version'], nowhere)).toMatchObject({ code: 0, err: '' })
  })

  test('many at the same moment leave one whole file', async () => {
    const { kept, env } = place()
    const runs = await Promise.all(Array.from({ length: 6 }, () => run(['version'], env)))
    for (const ended of runs) expect(ended).toMatchObject({ code: 0, err: '' })
    expect(cacheOf(onlyFileIn(kept)).read()).toBeDefined()
  })

  /** The cache that has this file. */
  function cacheOf(file: string): CodeCache {
    const program = readFileSync(builtRafka!.replace('rafka.cjs', 'program.cjs'))
    const cache = CodeCache.for(['version'], program, { NODE_COMPILE_CACHE: join(file, '../..') })!
    expect(cache.file).toBe(file)
    return cache
  }
})
