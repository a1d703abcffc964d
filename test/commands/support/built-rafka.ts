import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const built = join(root, 'dist', 'bin', 'rafka.cjs')

/** The executable as source, to be run through a loader. */
export const sourceRafka = join(root, 'bin', 'program.ts')

/** The executable as built; undefined when it is missing or older than a source. */
export const builtRafka: string | undefined =
  existsSync(built) && statSync(built).mtimeMs >= newestSource() ? built : undefined

function newestSource(): number {
  const sources = ['src', 'commands', 'config', 'bin'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }),
  )
  return Math.max(
    ...sources.map((entry) => (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).mtimeMs : 0)),
  )
}
