import type { DeclaredCommands } from '../completion/declared-commands.ts'
import { commandOf, readPosition, wordsAfter } from '../completion/read-position.ts'
import { typedWords } from './typed-words.ts'

/** What may follow a text that ends with a space: the words of a group, what a command takes, the value of a flag. Empty when nothing is to be said. */
export function ghostText(text: string, declared: DeclaredCommands, topic: string | undefined): string {
  if (!text.endsWith(' ') || text.includes('\n')) return ''
  const { words, replWord, isForeign } = typedWords(text)
  if (isForeign) return ''
  if (replWord !== undefined) return words.length === 0 ? replWord.usage : ''
  if (words.length === 0) return ''
  const typed = words.map((word) => word.text)
  const found = commandOf(typed)
  if (found === undefined) {
    const position = readPosition(typed, undefined)
    return position.kind === 'command' ? wordsAfter(position.path).join(' | ') : ''
  }
  const command = declared.peek(found.entry)
  if (command === undefined) return ''
  const position = readPosition(typed, command)
  if (position.kind === 'value') return /[<[].*$/.exec(position.option.flags)?.[0] ?? ''
  if (found.rest.length > 0) return ''
  // The topic in use need not be named.
  return topic === undefined ? command.spec.usage : command.spec.usage.replace(/^TOPIC(\.\.\.)? ?/, '')
}
