import { RafkaError } from '../../src/index.ts'

/** Reads `name=value` pairs of configs; a value may hold further equals signs. @throws RafkaError `INVALID_ARGUMENT` */
export function readAssignments(flag: string, texts: readonly string[] = []): Array<[name: string, value: string]> {
  return texts.map((text) => {
    const at = text.indexOf('=')
    if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
    throw new RafkaError('INVALID_ARGUMENT', `${flag}: ${JSON.stringify(text)} is not NAME=VALUE`, {
      details: { hint: `for instance ${flag} retention.ms=86400000` },
    })
  })
}
