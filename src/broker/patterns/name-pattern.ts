import { RafkaError } from '../../core/errors.ts'
import { type Automaton, automatonOf } from './automaton.ts'
import { CHARACTERS } from './characters.ts'
import { readExpression } from './read-expression.ts'

/** Longest regular expression, in characters. */
const MAX_LENGTH = 4096
/** Sets of states that are remembered; when there are more, it begins anew. */
const MAX_REMEMBERED = 1000

/** Stands for every character that is not of ASCII. */
const OTHER = CHARACTERS - 1

/** States that the automaton is in at once, and where characters lead from there, as far as that was needed. */
interface Situation {
  readonly states: readonly number[]
  readonly isBeginning: boolean
  readonly next: Array<Situation | undefined>
  accepts: boolean | undefined
}

/**
 * A regular expression for whole names, of topics or transactional ids. It takes time in proportion to the length of the name, whatever the expression: the automaton
 * is in all its possible states at once, and nothing is ever tried again.
 */
export class NamePattern {
  readonly #automaton: Automaton
  readonly #remembered = new Map<string, Situation>()
  #start: Situation

  /** @throws RafkaError `INVALID_REGULAR_EXPRESSION` */
  constructor(text: string) {
    if (text.length > MAX_LENGTH) {
      throw new RafkaError(
        'INVALID_REGULAR_EXPRESSION',
        `the regular expression has ${text.length} characters; at most ${MAX_LENGTH} are allowed`,
      )
    }
    this.#automaton = automatonOf(readExpression(text), text)
    this.#start = situation([this.#automaton.start], true)
  }

  /** @param name a character that is not of ASCII is one that no expression names: `.` and `[^a]` stand for it */
  matches(name: string): boolean {
    let at = this.#start
    for (let index = 0; index < name.length; index++) {
      at = this.#after(at, Math.min(name.charCodeAt(index), OTHER))
      if (at.states.length === 0) return false
    }
    at.accepts ??= this.#reach(at, true).some((state) => this.#automaton.states[state]!.kind === 'match')
    return at.accepts
  }

  #after(from: Situation, code: number): Situation {
    const known = from.next[code]
    if (known !== undefined) return known
    const reached = new Set<number>()
    for (const index of this.#reach(from, false)) {
      const state = this.#automaton.states[index]!
      if (state.kind === 'characters' && state.set[code] === 1) reached.add(state.next)
    }
    const states = [...reached].sort((a, b) => a - b)
    const key = states.join()
    let to = this.#remembered.get(key)
    if (to === undefined) {
      to = situation(states, false)
      if (this.#remembered.size >= MAX_REMEMBERED) {
        this.#remembered.clear()
        this.#start = situation([this.#automaton.start], true)
        this.#remembered.set(key, to)
        return to
      }
      this.#remembered.set(key, to)
    }
    from.next[code] = to
    return to
  }

  /** All states that can be come to without a character. */
  #reach({ states, isBeginning }: Situation, isEnd: boolean): number[] {
    const seen = new Set(states)
    // A set goes on over what is added to it meanwhile.
    for (const index of seen) {
      const state = this.#automaton.states[index]!
      if (state.kind === 'both') {
        seen.add(state.next)
        seen.add(state.other)
      } else if ((state.kind === 'begin' && isBeginning) || (state.kind === 'end' && isEnd)) {
        seen.add(state.next)
      }
    }
    return [...seen]
  }
}

function situation(states: readonly number[], isBeginning: boolean): Situation {
  return { states, isBeginning, next: new Array<Situation | undefined>(CHARACTERS), accepts: undefined }
}
