import type { Verb } from './parse-format.ts'
import { wrongFormat } from './wrong-format.ts'

/** Verbs of kcat, by what they are called here. */
const ofKcat: ReadonlyMap<string, string> = new Map([
  ['s', "kcat's %s is %v here"],
  ['S', "kcat's %S is %V here"],
  ['R', "kcat's %R is %V{big32} here"],
])

/** The error of a verb that does not exist, or not in this direction. */
export function unknownVerb(flag: string, { verb }: Verb, known: string): Error {
  return wrongFormat(flag, `unknown verb %${verb}`, ofKcat.get(verb) ?? `known are ${known}`)
}
