import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes of all files in a directory, and in those below it. One that is just being removed may count or not. */
export function directoryBytes(path: string): number {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
  return names
    .map((name) => statSync(join(path, name), { throwIfNoEntry: false }))
    .reduce((sum, found) => sum + (found?.isFile() ? found.size : 0), 0)
}
