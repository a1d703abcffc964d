import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The version of this package. */
export function packageVersion(): string {
  // The package's own name finds its description both from the sources and from what is built of them.
  const file = fileURLToPath(import.meta.resolve('rafka/package.json'))
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
