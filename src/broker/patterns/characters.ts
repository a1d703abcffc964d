/** Characters that topics' names can have, and all others of ASCII: what is beyond matches nothing. */
export const CHARACTERS = 128

/** Which of them are meant: 1 at their code. */
export type CharacterSet = Uint8Array

export function setOf(...ranges: ReadonlyArray<readonly [from: number, to: number]>): CharacterSet {
  const set = new Uint8Array(CHARACTERS)
  for (const [from, to] of ranges) set.fill(1, Math.min(from, CHARACTERS), Math.min(to + 1, CHARACTERS))
  return set
}

export function inverted(set: CharacterSet): CharacterSet {
  return set.map((isIn) => 1 - isIn)
}

/** Lets each letter stand for both its cases. */
export function foldCase(set: CharacterSet): CharacterSet {
  const folded = set.slice()
  for (let upper = 65; upper <= 90; upper++) {
    const isIn = set[upper]! | set[upper + 32]!
    folded[upper] = isIn
    folded[upper + 32] = isIn
  }
  return folded
}

const code = (character: string): number => character.charCodeAt(0)
const digits = setOf([code('0'), code('9')])
const words = setOf([code('0'), code('9')], [code('A'), code('Z')], [code('a'), code('z')], [code('_'), code('_')])
const spaces = setOf([9, 10], [12, 13], [32, 32])

/** What `.` stands for: names of topics have no ends of lines. */
export const anyCharacter = setOf([0, CHARACTERS - 1])

/** `\d` and its like, by the letter. */
export const classEscapes: ReadonlyMap<string, CharacterSet> = new Map([
  ['d', digits],
  ['D', inverted(digits)],
  ['w', words],
  ['W', inverted(words)],
  ['s', spaces],
  ['S', inverted(spaces)],
])

/** `\t` and its like, by the letter. */
export const controlEscapes: ReadonlyMap<string, number> = new Map([
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
  ['a', 7],
])
