import type { Option } from 'commander'
import { summaryOf } from '../catalog.ts'
import { argumentKind, flagKinds } from './argument-kinds.ts'
import type { DeclaredCommand, DeclaredCommands } from './declared-commands.ts'
import type { KnownNames } from './known-names.ts'
import { commandOf, readPosition, wordsAfter } from './read-position.ts'

/** Something that may be typed. */
export interface Candidate {
  readonly text: string
  /** What it is, in a few words; empty where the text says it all. */
  readonly meaning: string
}

/**
 * What a line may go on with: `words` are whole, `typed` is the begin of the next one. Never asks a broker: names are those that are known.
 * Flags are given only once a `-` was typed.
 */
export async function completeWords(
  words: readonly string[],
  typed: string,
  names: KnownNames,
  declared: DeclaredCommands,
): Promise<Candidate[]> {
  const found = commandOf(words)
  const command = found === undefined ? undefined : await declared.load(found.entry)
  const position = readPosition(words, command)
  const all = candidatesAt(position, command, typed, names)
  return all.filter(({ text }) => text.startsWith(typed))
}

function candidatesAt(
  position: ReturnType<typeof readPosition>,
  command: DeclaredCommand | undefined,
  typed: string,
  names: KnownNames,
): Candidate[] {
  if (position.kind === 'nothing') return []
  if (position.kind === 'command') {
    const { path } = position
    return wordsAfter(path)
      .sort()
      .map((text) => ({ text, meaning: summaryOf([...path, text]) }))
  }
  if (command === undefined) return []
  if (position.kind === 'value') return valuesOf(position.option, names)
  if (typed.startsWith('-') && !position.onlyWords) return flagsOf(command, typed, names)
  const kind = argumentKind(position.entry, position.argument)
  return kind === undefined ? [] : plain(names[kind.names])
}

function flagsOf({ command }: DeclaredCommand, typed: string, names: KnownNames): Candidate[] {
  const equals = typed.indexOf('=')
  if (equals !== -1) {
    const flag = typed.slice(0, equals)
    const option = command.options.find(({ long }) => long === flag)
    return option === undefined
      ? []
      : valuesOf(option, names).map(({ text, meaning }) => ({ text: `${flag}=${text}`, meaning }))
  }
  return command.options
    .filter(({ hidden, long }) => !hidden && long !== undefined)
    .map((option) => ({ text: option.long!, meaning: option.description }))
}

function valuesOf(option: Option, names: KnownNames): Candidate[] {
  if (option.argChoices !== undefined) return plain(option.argChoices)
  const kind = flagKinds.get(option.long ?? '')
  if (kind === undefined) return []
  // What is set of a config follows its name.
  const takesValue = kind === 'configs' && option.long !== '--delete'
  return plain(takesValue ? names.configs.map((name) => `${name}=`) : names[kind])
}

function plain(texts: readonly string[]): Candidate[] {
  return [...texts].sort().map((text) => ({ text, meaning: '' }))
}
