import { nearestName } from '../../config/nearest-name.ts'
import { RafkaError } from '../../src/index.ts'
import { catalog } from '../catalog.ts'

/** The error of a line that begins with no command: it says what was meant, among commands, words of the REPL and topics. */
export function unknownWord(word: string, replWords: readonly string[], topics: readonly string[]): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `unknown command "${word}"`, {
    details: { hint: whatWasMeant(word, replWords, topics) ?? 'help tells what there is' },
  })
}

function whatWasMeant(word: string, replWords: readonly string[], topics: readonly string[]): string | undefined {
  if (topics.includes(word)) return `a topic has this name: use ${word}, or consume ${word}`
  const nested = catalog.filter(({ path }) => path.length > 1 && path[1] === word).map(({ path }) => path.join(' '))
  if (nested.length > 0) return `did you mean: ${nested.join(', ')}`
  const near = nearestName(word, [...new Set([...catalog.map(({ path }) => path[0]!), ...replWords])])
  if (near !== undefined) return `did you mean: ${near}`
  const topic = nearestName(word, topics)
  return topic === undefined ? undefined : `did you mean: use ${topic}`
}
