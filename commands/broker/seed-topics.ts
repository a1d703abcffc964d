import { type NewTopic, type Rafka, RafkaError } from '../../src/index.ts'

/** Reads `name` or `name:partitions`, each. @throws RafkaError `INVALID_ARGUMENT` */
export function readSeedTopics(texts: readonly string[] = []): NewTopic[] {
  return texts.map((text) => {
    const match = /^([^:]+)(?::(\d{1,9}))?$/.exec(text)
    if (match === null || match[2] === '0') {
      throw new RafkaError('INVALID_ARGUMENT', `--seed-topic: ${JSON.stringify(text)} is not NAME or NAME:PARTITIONS`)
    }
    return { name: match[1]!, ...(match[2] === undefined ? {} : { partitions: Number(match[2]) }) }
  })
}

/** Creates the topics that are not there yet. */
export async function createSeedTopics(rafka: Rafka, topics: readonly NewTopic[]): Promise<void> {
  if (topics.length === 0) return
  for (const { name, error } of await rafka.admin().createTopics(topics)) {
    if (error === null || error.code === 'TOPIC_ALREADY_EXISTS') continue
    throw new RafkaError(error.code, `--seed-topic ${name}: ${error.message}`, { details: { topic: name } })
  }
}
