import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { builtRafka } from './support/built-rafka.ts'

const recorder = fileURLToPath(new URL('support/record-imports.mjs', import.meta.url))

/** The packages that a command line imports, each once, by name, beside those that the program contains. */
function importedBy(line: readonly string[]): string[] {
  const directory = temporaryDirectory()
  const list = join(directory, 'imports')
  const env = { PATH: process.env.PATH ?? '', HOME: directory, RECORD_IMPORTS: list }
  const { status } = spawnSync(process.execPath, ['--import', recorder, builtRafka!, ...line], { env })
  expect([0, 1]).toContain(status)
  const names = existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : []
  return [...new Set(names)].sort()
}

const reason = builtRafka === undefined ? ' (skipped: npm run build first)' : ''

/** Each package costs 10 to 65 ms of the time to start; how long that is in all is measured in `bench/startup.ts`. */
describe.skipIf(builtRafka === undefined)(`what starting loads beside the program${reason}`, () => {
  it.each([['help'], ['consume --help'], ['topics --help'], ['config check'], ['__complete -- topics describe t']])(
    'nothing for %s',
    (line) => {
      expect(importedBy(line.split(' '))).toEqual([])
    },
  )

  it('the store and a checksum alone where records are written: no prompts or codecs', () => {
    const store = Number(process.versions.napi) >= 10 ? 'better-sqlite3' : 'better-sqlite3-12'
    expect(importedBy(['produce', 'numbers', '1', '2', '3'])).toEqual(['@node-rs/crc32', store])
  })
})
