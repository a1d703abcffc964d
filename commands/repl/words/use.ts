import { RafkaError } from '../../../src/index.ts'
import { exitCodes } from '../../exit-code.ts'
import type { ReplWord } from './repl-word.ts'
import { requireCount } from './require-count.ts'

/** `use T`, and `use` to leave it. */
export const use: ReplWord = {
  names: ['use'],
  usage: '[TOPIC]',
  summary: 'the topic of produce, consume, tail and topics describe; without TOPIC none',
  async run({ conversation, args, context }) {
    requireCount(this, args, 0, 1)
    const [topic] = args
    if (topic !== undefined) {
      const { rafka } = await context.session()
      const topics = await rafka.admin().listTopics()
      if (!topics.some(({ name }) => name === topic)) {
        throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic ${JSON.stringify(topic)} does not exist`, {
          details: { topic },
        })
      }
    }
    conversation.place.topic = topic
    return exitCodes.done
  },
}
