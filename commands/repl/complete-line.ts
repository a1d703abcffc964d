import { readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { completeWords } from '../completion/complete-words.ts'
import type { DeclaredCommands } from '../completion/declared-commands.ts'
import type { KnownNames } from '../completion/known-names.ts'
import { completeSql } from './complete-sql.ts'
import type { Completion } from './editor/line-aids.ts'
import { isSql } from './grammar/read-statement.ts'
import type { Settings } from './settings.ts'
import { typedWords } from './typed-words.ts'
import { replWords } from './words/index.ts'

/** What candidates are taken from. */
export interface CompletionSources {
  readonly names: KnownNames
  readonly declared: DeclaredCommands
  readonly settings: Settings
  readonly cwd: string
  /** Numbers of what runs in the background. */
  readonly jobs: readonly number[]
  /** The topic in use: then the words of produce are values. */
  readonly topic: string | undefined
}

/** What the word before the cursor may become. */
export async function completeLine(text: string, cursor: number, sources: CompletionSources): Promise<Completion> {
  const before = text.slice(0, cursor)
  if (isSql(before)) return completeSql(before, sources.names.topics)
  const { words, replWord, isForeign } = typedWords(before)
  const last = words.at(-1)
  const isTyping = last !== undefined && last.end === cursor
  const start = isTyping ? last.start : cursor
  const typed = isTyping ? last.text : ''
  const earlier = (isTyping ? words.slice(0, -1) : words).map((word) => word.text)
  // A word with quotes is not completed: the candidates have none.
  if (isForeign || before.slice(start) !== typed) return { start, end: cursor, candidates: [] }
  const candidates = replWord
    ? argumentsOf(replWord.names[0]!, earlier, typed, sources)
    : await commandsAnd(earlier, typed, sources)
  return { start, end: cursor, candidates: [...new Set(candidates)].filter((text) => text.startsWith(typed)).sort() }
}

async function commandsAnd(earlier: readonly string[], typed: string, sources: CompletionSources): Promise<string[]> {
  const { names, declared, topic } = sources
  if (earlier[0] === 'produce' && topic !== undefined && !typed.startsWith('-')) return []
  const found = await completeWords(earlier, typed, names, declared)
  const candidates = found.map((candidate) => candidate.text)
  return earlier.length > 0 ? candidates : [...candidates, ...replWords.map((word) => word.names[0]!)]
}

function argumentsOf(
  word: string,
  earlier: readonly string[],
  typed: string,
  { names, settings, cwd, jobs }: CompletionSources,
): readonly string[] {
  if (word === 'set') {
    const all = settings.all()
    if (earlier.length === 0) return all.map(({ name }) => name)
    return earlier.length === 1 ? (all.find(({ name }) => name === earlier[0])?.choices ?? []) : []
  }
  if (earlier.length > 0) return []
  if (word === 'use') return names.topics
  if (word === 'connect') return [...names.profiles, ...files(typed, cwd)]
  if (word === 'source') return files(typed, cwd)
  if (word === 'stop') return jobs.map(String)
  return word === 'help' ? replWords.map(({ names: [name] }) => name!) : []
}

function files(typed: string, cwd: string): string[] {
  const folder = typed.endsWith('/') ? typed : dirname(typed)
  try {
    return readdirSync(resolve(cwd, folder), { withFileTypes: true }).map((entry) => {
      const path = folder === '.' && !typed.startsWith('./') ? entry.name : join(folder, entry.name)
      return entry.isDirectory() ? `${path}/` : path
    })
  } catch {
    return []
  }
}
