import { nearestName } from '../config/nearest-name.ts'
import { type CatalogEntry, catalog, groupSummaries } from './catalog.ts'
import { flagsWithValue } from './global-options.ts'

/** What a command line asks for. */
export type Resolved =
  | { readonly kind: 'command'; readonly entry: CatalogEntry; readonly rest: readonly string[] }
  | { readonly kind: 'group'; readonly path: readonly string[] }
  | {
      readonly kind: 'unknown'
      readonly word: string
      readonly path: readonly string[]
      readonly near: string | undefined
    }

/**
 * Finds the command that a line names: its words may stand between global flags. `rest` is the line without these words.
 * `topic list` is `topics list`, `profiles list` is `profile list`.
 */
export function resolveCommand(argv: readonly string[]): Resolved {
  const rest: string[] = []
  let path: readonly string[] = []
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!
    if (word === '--') break
    if (word.startsWith('-')) {
      rest.push(word)
      if (flagsWithValue.has(word) && at + 1 < argv.length) rest.push(argv[++at]!)
      continue
    }
    const next = wordUnder(path, word)
    if (next === undefined) return unknownWord(path, word)
    path = [...path, next]
    const entry = catalog.find((candidate) => sameWords(candidate.path, path))
    if (entry !== undefined) return { kind: 'command', entry, rest: [...rest, ...argv.slice(at + 1)] }
  }
  return { kind: 'group', path }
}

function wordUnder(path: readonly string[], word: string): string | undefined {
  const words = wordsUnder(path)
  if (words.includes(word)) return word
  return words.find((known) => groupSummaries.has(known) && (known === `${word}s` || `${known}s` === word))
}

function unknownWord(path: readonly string[], word: string): Resolved {
  const near = nearestName(word, wordsUnder(path))
  return { kind: 'unknown', word, path, near: near === undefined ? undefined : [...path, near].join(' ') }
}

/** The words that may follow `path`: names of commands and of groups. */
function wordsUnder(path: readonly string[]): string[] {
  const entries = catalog.filter((entry) => sameWords(entry.path.slice(0, path.length), path))
  return [...new Set(entries.map((entry) => entry.path[path.length]!))]
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index])
}
