import { RafkaError } from '../../core/errors.ts'
import type { CharacterSet } from './characters.ts'
import type { Expression } from './expression.ts'

/** States of one expression, so that matching it takes little time whatever it is. */
const MAX_STATES = 2000
/** Parts that are gone through, each as often as it is repeated: those of no length make no states. */
const MAX_PARTS = 20_000

/** A state goes on over a character, or at once: to both, or only at the beginning or end of the text. */
type State =
  | { readonly kind: 'characters'; readonly set: CharacterSet; readonly next: number }
  | { readonly kind: 'both'; readonly next: number; readonly other: number }
  | { readonly kind: 'begin' | 'end'; readonly next: number }
  | { readonly kind: 'match' }

/** A nondeterministic automaton, by Thompson's construction. */
export interface Automaton {
  readonly states: readonly State[]
  readonly start: number
}

/** @throws RafkaError `INVALID_REGULAR_EXPRESSION` when it needs too many states */
export function automatonOf(expression: Expression, text: string): Automaton {
  const states: State[] = []
  let parts = 0
  const tooLarge = () =>
    new RafkaError(
      'INVALID_REGULAR_EXPRESSION',
      `the regular expression "${text.slice(0, 200)}" is too large: it needs more than ${MAX_STATES} states`,
    )
  const add = (state: State): number => {
    if (states.length >= MAX_STATES) throw tooLarge()
    return states.push(state) - 1
  }
  /** Builds from the end: what follows is there already. @returns where it begins */
  const build = (part: Expression, next: number): number => {
    if (++parts > MAX_PARTS) throw tooLarge()
    switch (part.kind) {
      case 'characters':
        return add({ kind: 'characters', set: part.set, next })
      case 'begin':
      case 'end':
        return add({ kind: part.kind, next })
      case 'sequence':
        return part.parts.reduceRight((after, each) => build(each, after), next)
      case 'choice':
        return part.options
          .map((option) => build(option, next))
          .reduce((other, start) => add({ kind: 'both', next: start, other }))
      case 'repeat':
        return repeat(part, next)
    }
  }
  const repeat = ({ part, min, max }: Extract<Expression, { kind: 'repeat' }>, next: number): number => {
    let start = next
    if (max === Number.POSITIVE_INFINITY) {
      start = add({ kind: 'both', next, other: next })
      states[start] = { kind: 'both', next, other: build(part, start) }
    } else {
      for (let count = min; count < max; count++) start = add({ kind: 'both', next, other: build(part, start) })
    }
    for (let count = 0; count < min; count++) start = build(part, start)
    return start
  }
  const match = add({ kind: 'match' })
  return { start: build(expression, match), states }
}
