import { readFileSync } from 'node:fs'

/** The text of a file of this package, by its path in it. */
export function packageFile(path: string): string {
  // The package's own name finds its description both from the sources and from what is built of them.
  return readFileSync(new URL(path, import.meta.resolve('rafka/package.json')), 'utf8')
}

/** The version of this package. */
export function packageVersion(): string {
  return (JSON.parse(packageFile('package.json')) as { version: string }).version
}
