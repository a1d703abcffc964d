import { RafkaError } from '../../../src/index.ts'

/** The error of a word that needs somebody who types. */
export function onlyOnTerminal(word: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `${word} is for lines that are typed on a terminal`)
}
