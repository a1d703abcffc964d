import type { Option } from 'commander'
import { type CatalogEntry, catalog } from '../catalog.ts'
import { resolveCommand } from '../resolve-command.ts'
import type { DeclaredCommand } from './declared-commands.ts'

/** What the word after some words would be. */
export type Position =
  | { readonly kind: 'command'; readonly path: readonly string[] }
  /** The words before it begin with no command. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'value'; readonly entry: CatalogEntry; readonly option: Option }
  /** A flag, or the word number `argument` after the command. */
  | { readonly kind: 'argument'; readonly entry: CatalogEntry; readonly argument: number; readonly onlyWords: boolean }

/** The command that words begin with, and the words after it. */
export function commandOf(words: readonly string[]): { entry: CatalogEntry; rest: readonly string[] } | undefined {
  const resolved = resolveCommand(words)
  return resolved.kind === 'command' ? resolved : undefined
}

/** Finds out what would come after `words`; `declared` is the command that they begin with, if they do. */
export function readPosition(words: readonly string[], declared: DeclaredCommand | undefined): Position {
  const resolved = resolveCommand(words)
  if (resolved.kind === 'unknown') return { kind: 'nothing' }
  if (resolved.kind === 'group') return { kind: 'command', path: resolved.path }
  const { entry, rest } = resolved
  if (declared === undefined) return { kind: 'argument', entry, argument: 0, onlyWords: false }
  let argument = 0
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at]!
    if (word === '--') return { kind: 'argument', entry, argument: argument + rest.length - at - 1, onlyWords: true }
    if (!word.startsWith('-') || word === '-') {
      argument += 1
      continue
    }
    const option = optionOf(declared, word)
    if (option === undefined || !takesNext(option, word)) continue
    if (at === rest.length - 1) return { kind: 'value', entry, option }
    at += 1
  }
  return { kind: 'argument', entry, argument, onlyWords: false }
}

/** The flag that a word is, if the command has it: `-k`, `--key`, `--key=x`, `-kx`. */
export function optionOf({ command }: DeclaredCommand, word: string): Option | undefined {
  const options = command.options
  if (word.startsWith('--')) {
    const name = word.split('=')[0]
    return options.find(({ long }) => long === name)
  }
  return options.find(({ short }) => short !== undefined && word.startsWith(short))
}

function takesNext(option: Option, word: string): boolean {
  return option.required && (word === option.long || word === option.short)
}

/** The words that may follow `path` in a command's name. */
export function wordsAfter(path: readonly string[]): string[] {
  const below = catalog.filter((entry) => path.every((word, at) => entry.path[at] === word))
  return [...new Set(below.flatMap((entry) => entry.path[path.length] ?? []))]
}
