import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DataDirectory } from '../../src/data-directory/data-directory.ts'
import { defaultDataDirectory } from '../../src/data-directory/default-data-directory.ts'
import { localSocketPath } from '../../src/data-directory/local-socket.ts'
import type { ServeSettings } from '../../src/data-directory/serve-directory.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { acquireLock } from '../../src/storage/sqlite/exclusive-lock.ts'

let parent: string
const opened: DataDirectory[] = []

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'rafka-directory-'))
})

afterEach(async () => {
  for (const directory of opened.splice(0)) await directory.close()
  rmSync(parent, { recursive: true, force: true })
})

function open(path: string, settings: ServeSettings = {}): DataDirectory {
  const directory = new DataDirectory(path, 'test', settings)
  opened.push(directory)
  return directory
}

const isRoot = process.getuid?.() === 0

describe('a data directory', () => {
  test('is created for its owner alone', () => {
    open(join(parent, 'data'))
    expect(statSync(join(parent, 'data')).mode & 0o777).toBe(0o700)
  })

  test("is the user's own when none is named", () => {
    expect(defaultDataDirectory({ XDG_DATA_HOME: '/data/home' })).toBe('/data/home/rafka')
    expect(defaultDataDirectory({ XDG_DATA_HOME: 'relative' })).toMatch(/\/\.local\/share\/rafka$/)
    expect(defaultDataDirectory({})).toMatch(/\/\.local\/share\/rafka$/)
  })

  test('is served by whoever dials first; the next one is connected over the local socket', async () => {
    const first = open(join(parent, 'data'))
    const second = open(join(parent, 'data'))
    const inProcess = await first.dial()
    const local = await second.dial()
    expect([first.owned !== undefined, second.owned !== undefined]).toEqual([true, false])
    const body = metadata.request.create({ topics: null })
    const [near, far] = [await inProcess.request(metadata, body), await local.request(metadata, body)]
    expect(far.clusterId).toBe(near.clusterId)
    await local.close()
  })

  test('is the same one by every name that it has', async () => {
    mkdirSync(join(parent, 'data'))
    symlinkSync(join(parent, 'data'), join(parent, 'link'))
    const first = open(join(parent, 'data'))
    const second = open(join(parent, 'link'))
    await first.dial()
    await second.dial()
    expect(second.path).toBe(first.path)
    expect(second.owned).toBeUndefined()
  })

  test('is opened once by one program, however many connections that makes at once', async () => {
    const directory = open(join(parent, 'data'))
    await Promise.all(Array.from({ length: 5 }, () => directory.dial()))
    expect(directory.owned).toBeDefined()
  })

  test('leaves nothing of its owner behind when that closes, and can be opened again', async () => {
    const first = open(join(parent, 'data'))
    await first.dial()
    await first.close()
    expect(existsSync(join(parent, 'data', 'owner.json'))).toBe(false)
    expect(existsSync(join(parent, 'data', 'rafka.sock'))).toBe(false)
    const second = open(join(parent, 'data'))
    await second.dial()
    expect(second.owned).toBeDefined()
    await expect(first.dial()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('with a path too long for a socket is served at a name in a private directory', async () => {
    const path = join(parent, 'a-long-name-'.repeat(10))
    const first = open(path)
    const second = open(path)
    await first.dial()
    await second.dial()
    expect(second.owned).toBeUndefined()
    const { socket } = JSON.parse(readFileSync(join(path, 'owner.json'), 'utf8'))
    expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(100)
    expect(statSync(join(socket, '..')).mode & 0o777).toBe(0o700)
  })

  test('tells who gave it hooks that another process serves it, where they do not run', async () => {
    await open(join(parent, 'data')).dial()
    const lines: string[] = []
    const logger = (level: string, message: string) => void lines.push(`${level} ${message}`)
    const second = open(join(parent, 'data'), { hooks: [{ name: 'audit' }], logger })
    for (const transport of [await second.dial(), await second.dial()]) await transport.close()
    expect(lines).toEqual([
      expect.stringMatching(/^warn .* is served by another process: hooks .*\(audit\) do not run/),
    ])
  })

  test('waits for an owner who is not ready yet', async () => {
    const directory = open(join(parent, 'data'))
    const lock = acquireLock(join(directory.path, 'lock'))!
    const dialled = directory.dial()
    await new Promise((resolve) => setTimeout(resolve, 50))
    lock.release()
    await dialled
    expect(directory.owned).toBeDefined()
  })

  test('can be given up on while waiting', async () => {
    const directory = open(join(parent, 'data'))
    const lock = acquireLock(join(directory.path, 'lock'))!
    const giveUp = new AbortController()
    const dialled = directory.dial('bootstrap', giveUp.signal)
    giveUp.abort()
    await expect(dialled).rejects.toMatchObject({ code: 'CANCELLED' })
    lock.release()
  })
})

describe('a data directory cannot be used', () => {
  const refusal = (message: RegExp) =>
    expect.objectContaining({ code: 'DATA_DIRECTORY_UNUSABLE', message: expect.stringMatching(message) })

  test('when what it is in does not exist', () => {
    expect(() => open(join(parent, 'missing', 'data'))).toThrow(refusal(/missing does not exist; create it first/))
  })

  test('when it is a file', () => {
    writeFileSync(join(parent, 'file'), '')
    expect(() => open(join(parent, 'file'))).toThrow(refusal(/it is not a directory/))
    expect(() => open(join(parent, 'file', 'data'))).toThrow(refusal(/a part of its path is not a directory/))
  })

  test.skipIf(isRoot)('when it is read-only', () => {
    mkdirSync(join(parent, 'data'))
    chmodSync(join(parent, 'data'), 0o500)
    expect(() => open(join(parent, 'data'))).toThrow(refusal(/this user may not write there/))
  })

  test('when something else stands where its lock belongs', async () => {
    mkdirSync(join(parent, 'data', 'lock'), { recursive: true })
    await expect(open(join(parent, 'data')).dial()).rejects.toEqual(refusal(/its lock cannot be taken/))
  })

  test('when it holds the data of another engine; that engine opens it', async () => {
    const path = join(parent, 'data')
    const first = open(path, { storage: { type: 'memory' } })
    await first.dial()
    await first.close()
    await expect(open(path, { storage: { type: 'sqlite' } }).dial()).rejects.toEqual(
      refusal(/it holds data of the memory engine, and sqlite was asked for; set storage.type to memory/),
    )
    await open(path).dial()
  })

  test('when the store is damaged: the error says so, and the lock is free again', async () => {
    const path = join(parent, 'data')
    mkdirSync(path)
    writeFileSync(join(path, 'rafka.db'), Buffer.alloc(8_192, 'garbage'))
    await expect(open(path).dial()).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' })
    const lock = acquireLock(join(path, 'lock'))
    expect(lock).toBeDefined()
    lock?.release()
    expect(existsSync(join(path, 'owner.json'))).toBe(false)
  })
})

describe('the path of the local socket', () => {
  test('is in the directory while that is short enough', () => {
    expect(localSocketPath('/data')).toBe('/data/rafka.sock')
  })

  test('is in the runtime directory otherwise, and differs from directory to directory', () => {
    const long = `/${'x'.repeat(100)}`
    const env = { XDG_RUNTIME_DIR: parent }
    expect(localSocketPath(long, env).startsWith(`${parent}/rafka-`)).toBe(true)
    expect(localSocketPath(long, env)).not.toBe(localSocketPath(`${long}y`, env))
    expect(localSocketPath(long, env)).toBe(localSocketPath(long, env))
  })

  test('is in the temporary directory when there is no runtime directory', () => {
    expect(localSocketPath(`/${'x'.repeat(100)}`, {}).startsWith(join(tmpdir(), 'rafka-'))).toBe(true)
  })
})
