import { randomUUID } from 'node:crypto'

/** A random UUID in Kafka's form: 22 characters of base64url that do not begin with `-` (`org.apache.kafka.common.Uuid.randomUuid`). */
export function randomTopicId(): string {
  for (;;) {
    const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')
    if (!id.startsWith('-')) return id
  }
}
