import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const { resolve } = createRequire(import.meta.url)

/** The text of a file of this package, by its path in it. */
export function packageFile(path: string): string {
  // The package's own name finds its description both from the sources and from what is built of them.
  return readFileSync(join(dirname(resolve('rafka/package.json')), path), 'utf8')
}

/** The version of this package. */
export function packageVersion(): string {
  return (JSON.parse(packageFile('package.json')) as { version: string }).version
}
