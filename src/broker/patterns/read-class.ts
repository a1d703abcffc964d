import { type CharacterSet, classEscapes, inverted, setOf } from './characters.ts'
import type { Source } from './source.ts'

/** Reads `[a-z_]` or `[^.]`, from behind its bracket. */
export function readClass(source: Source): CharacterSet {
  const isInverted = source.take('^')
  const set = setOf()
  let isFirst = true
  while (isFirst || !source.take(']')) {
    isFirst = false
    if (source.sees('[:')) throw source.wrong('classes like [:alpha:] are not supported')
    add(set, source)
  }
  return isInverted ? inverted(set) : set
}

function add(set: CharacterSet, source: Source): void {
  const letters = source.takeClassEscape()
  if (letters !== undefined) {
    classEscapes.get(letters)!.forEach((isIn, code) => {
      if (isIn === 1) set[code] = 1
    })
    return
  }
  const from = source.takeCharacter()
  let to = from
  if (source.sees('-') && !source.sees('-]')) {
    source.take('-')
    to = source.takeCharacter()
    if (to < from) throw source.wrong('a range of characters ends before it begins')
  }
  set.set(setOf([from, to]).map((isIn, code) => isIn | set[code]!))
}
