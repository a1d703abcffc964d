import { argumentKind } from '../completion/argument-kinds.ts'
import type { DeclaredCommand, DeclaredCommands } from '../completion/declared-commands.ts'
import type { KnownNames } from '../completion/known-names.ts'
import { commandOf, optionOf, readPosition, wordsAfter } from '../completion/read-position.ts'
import type { Painted } from './editor/line-aids.ts'
import type { Word } from './grammar/scan-line.ts'
import { typedWords } from './typed-words.ts'
import { replWords } from './words/index.ts'

/** Parts of a text that cannot be right: no command, no flag, no topic of this name. What may still become right is not among them. */
export function wrongParts(
  text: string,
  names: KnownNames,
  declared: DeclaredCommands,
  paint: (text: string) => string,
): Painted[] {
  const { words, replWord, isForeign } = typedWords(text)
  if (words.length === 0) return []
  const isOpen = (word: Word) => word.end === text.length
  const fits = (word: Word, known: readonly string[]) =>
    known.includes(word.text) || (isOpen(word) && known.some((name) => name.startsWith(word.text)))
  const painted = (wrong: readonly Word[]) => wrong.map(({ start, end }) => ({ start, end, paint }))
  if (replWord !== undefined) {
    const [topic] = words
    const isWrong = replWord.names[0] === 'use' && topic !== undefined && !fits(topic, names.topics)
    return isWrong && names.topics.length > 0 ? painted([topic]) : []
  }
  const found = commandOf(words.map((word) => word.text))
  if (found === undefined) {
    const wrong = isForeign ? undefined : wrongCommandWord(words, fits)
    return wrong === undefined ? [] : painted([wrong])
  }
  const command = declared.peek(found.entry)
  if (command === undefined) return []
  const own = words.slice(words.length - found.rest.length)
  return painted(
    own.filter((word, index) => isWrong(word, words.slice(0, words.length - own.length + index), command, names, fits)),
  )
}

type Fits = (word: Word, known: readonly string[]) => boolean

/** The first word that no command goes on with; numbers and names of the REPL's own begin a line too. */
function wrongCommandWord(words: readonly Word[], fits: Fits): Word | undefined {
  const path: string[] = []
  for (const word of words) {
    if (word.text.startsWith('-')) return undefined
    const known = wordsAfter(path)
    const also = path.length === 0 ? [...replWords.flatMap((other) => other.names), 'rafka'] : []
    const isNumber = path.length === 0 && /^\d+$/.test(word.text)
    if (!isNumber && !fits(word, [...known, ...also, ...known.map((name) => name.replace(/s$/, ''))])) return word
    path.push(known.includes(word.text) ? word.text : `${word.text}s`)
  }
  return undefined
}

function isWrong(
  word: Word,
  before: readonly Word[],
  command: DeclaredCommand,
  names: KnownNames,
  fits: Fits,
): boolean {
  const position = readPosition(
    before.map((one) => one.text),
    command,
  )
  if (position.kind !== 'argument') return false
  if (!position.onlyWords && word.text.startsWith('-') && word.text !== '-') {
    if (/^-\d/.test(word.text) || word.text === '--' || optionOf(command, word.text) !== undefined) return false
    const known = ['-h', '--help', '-d', '--background', ...command.command.options.map(({ long }) => long ?? '')]
    return !fits(word, known)
  }
  const kind = argumentKind(position.entry, position.argument)
  return kind?.mustExist === true && names[kind.names].length > 0 && !fits(word, names[kind.names])
}
