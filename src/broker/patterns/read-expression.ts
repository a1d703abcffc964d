import { anyCharacter, type CharacterSet, classEscapes, foldCase, setOf } from './characters.ts'
import type { Expression } from './expression.ts'
import { readClass } from './read-class.ts'
import { Source } from './source.ts'

/** Groups within groups. */
const MAX_DEPTH = 100
/** As RE2 has it. */
const MAX_REPEATS = 1000

/**
 * Reads a regular expression in the syntax of RE2, as far as the names of topics need it: no Unicode classes, no word boundaries; and what no
 * automaton can match (back references, looking around) neither RE2 has.
 * @throws RafkaError `INVALID_REGULAR_EXPRESSION`
 */
export function readExpression(text: string): Expression {
  const source = new Source(text)
  const expression = new Reading(source).choice(false, 0)
  if (!source.isAtEnd) throw source.wrong('a parenthesis closes that was not opened')
  return expression
}

class Reading {
  readonly #source: Source

  constructor(source: Source) {
    this.#source = source
  }

  /** @param folds whether letters stand for both cases */
  choice(folds: boolean, depth: number): Expression {
    const source = this.#source
    if (depth > MAX_DEPTH) throw source.wrong(`its groups are nested more than ${MAX_DEPTH} deep`)
    const options: Expression[] = []
    let parts: Expression[] = []
    let folding = folds
    while (!source.isAtEnd && !source.sees(')')) {
      if (source.take('|')) {
        options.push({ kind: 'sequence', parts })
        parts = []
        continue
      }
      const flags = source.match(/\(\?([a-zA-Z]*)(?:-([a-zA-Z]*))?\)/y)
      if (flags === null) parts.push(this.#repeated(folding, depth))
      else folding = this.#flags(flags, folding)
    }
    options.push({ kind: 'sequence', parts })
    return options.length === 1 ? options[0]! : { kind: 'choice', options }
  }

  #repeated(folds: boolean, depth: number): Expression {
    const source = this.#source
    const part = this.#part(folds, depth)
    const found = source.match(/(?:([*+?])|\{(\d{1,9})(,?)(\d{0,9})\})\??/y)
    if (found === null) return part
    if (source.match(/[*+?]|\{\d+,?\d*\}/y) !== null) throw source.wrong('two repetitions follow one another')
    const [, sign, least, comma, most] = found
    if (sign !== undefined) {
      return { kind: 'repeat', part, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY }
    }
    const min = Number(least)
    const open = most === '' ? Number.POSITIVE_INFINITY : Number(most)
    const max = comma === '' ? min : open
    if (max < min || min > MAX_REPEATS || (max !== Number.POSITIVE_INFINITY && max > MAX_REPEATS)) {
      throw source.wrong(`a number of repetitions is out of order or over ${MAX_REPEATS}`)
    }
    return { kind: 'repeat', part, min, max }
  }

  #part(folds: boolean, depth: number): Expression {
    const source = this.#source
    if (source.match(/[*+?]/y) !== null) throw source.wrong('a repetition follows nothing')
    if (source.take('(')) return this.#group(folds, depth)
    if (source.take('[')) return characters(readClass(source), folds)
    if (source.take('.')) return characters(anyCharacter, false)
    if (source.take('^') || source.take('\\A')) return { kind: 'begin' }
    if (source.take('$') || source.take('\\z')) return { kind: 'end' }
    const quoted = source.match(/\\Q(.*?)(?:\\E|$)/sy)
    if (quoted !== null) {
      const parts = Array.from(quoted[1]!, (character) => characters(one(character.codePointAt(0)!), folds))
      return { kind: 'sequence', parts }
    }
    const letter = source.takeClassEscape()
    if (letter !== undefined) return characters(classEscapes.get(letter)!, folds)
    return characters(one(source.takeCharacter()), folds)
  }

  #group(folds: boolean, depth: number): Expression {
    const source = this.#source
    const flags = source.match(/\?([a-zA-Z]*)(?:-([a-zA-Z]*))?:/y)
    const isNamed = source.match(/\?P?<[A-Za-z_]\w*>/y) !== null
    if (flags === null && !isNamed && source.sees('?')) throw source.wrong('looking around is not supported')
    const inner = this.choice(flags === null ? folds : this.#flags(flags, folds), depth + 1)
    if (!source.take(')')) throw source.wrong('a parenthesis is not closed')
    return inner
  }

  /** Of the flags only `i` has a meaning for the whole name of a topic. */
  #flags([, on = '', off = '']: RegExpExecArray, folds: boolean): boolean {
    if (/[^imsU]/.test(on + off)) throw this.#source.wrong('a flag is none of i, m, s and U')
    if (off.includes('i')) return false
    return folds || on.includes('i')
  }
}

function one(code: number): CharacterSet {
  return setOf([code, code])
}

function characters(set: CharacterSet, folds: boolean): Expression {
  return { kind: 'characters', set: folds ? foldCase(set) : set }
}
