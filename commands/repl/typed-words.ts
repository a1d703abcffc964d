import { isSql } from './grammar/read-statement.ts'
import { scanLine, type Word } from './grammar/scan-line.ts'
import { replWords } from './words/index.ts'
import type { ReplWord } from './words/repl-word.ts'

/** What is typed, as far as it is a command line. */
export interface TypedWords {
  /** The words of the command, without `rafka`, a number of times, and `watch`. */
  readonly words: readonly Word[]
  /** The word of the REPL that it begins with, if it does; `words` are those after it. */
  readonly replWord: ReplWord | undefined
  /** Something else than a command: SQL, a line of the shell, or after a `|`. */
  readonly isForeign: boolean
}

const foreign = /^\s*[!#]/

/** Finds the command in a text that is being typed. */
export function typedWords(text: string): TypedWords {
  if (foreign.test(text) || isSql(text)) return { words: [], replWord: undefined, isForeign: true }
  const { words: all, pipe, redirects } = scanLine(text)
  let words = all
  // The word that is being typed is not taken away: it may become another one.
  const isWhole = () => words[0]!.end < text.length
  while (words[0] !== undefined && isWhole() && /^(rafka|\d+)$/.test(words[0].text)) words = words.slice(1)
  const replWord = words[0] && isWhole() ? replWords.find(({ names }) => names.includes(words[0]!.text)) : undefined
  const isForeign = pipe !== undefined || redirects.length > 0
  if (replWord === undefined) return { words, replWord, isForeign }
  words = words.slice(1)
  if (replWord.names[0] !== 'watch') return { words, replWord, isForeign }
  while (words[0] !== undefined && words[0].end < text.length && /^[\d.]+$/.test(words[0].text)) words = words.slice(1)
  return { words, replWord: undefined, isForeign }
}
