import { isRafkaError, type ProducerOptions, type Rafka, RafkaError } from '../../src/index.ts'

/** What a request may need beside its one batch. */
const REQUEST_OVERHEAD_BYTES = 1024
/** A topic may name any bound; more than this no broker takes in a request by default. */
const MOST_BYTES = 100 * 1024 * 1024 - 64 * 1024

/**
 * Bounds a producer by the topic's `max.message.bytes`, so that a record that is too large is found where it is read, with its line,
 * and not where the broker refuses the batch that it went into. Where the topic does not say, or does not exist, nothing changes.
 * @throws RafkaError `INVALID_TOPIC_EXCEPTION` when no topic can have that name: before anything is read
 * @param fixed whether the user set the largest request: then it is not raised
 */
export async function fitToTopic(
  rafka: Rafka,
  topic: string,
  options: ProducerOptions & { readonly maxRequestBytes: number },
  fixed: boolean,
): Promise<ProducerOptions & { readonly maxRequestBytes: number }> {
  const limit = await maxMessageBytes(rafka, topic)
  if (limit === undefined) return options
  const whole = Math.min(limit + REQUEST_OVERHEAD_BYTES, MOST_BYTES)
  if (whole > options.maxRequestBytes) return fixed ? options : { ...options, maxRequestBytes: whole }
  // What is compressed may pass though it is larger before.
  if ((options.compression ?? 'none') !== 'none') return options
  return { ...options, maxRequestBytes: limit, batchBytes: Math.min(options.batchBytes ?? limit, limit) }
}

async function maxMessageBytes(rafka: Rafka, topic: string): Promise<number | undefined> {
  try {
    const configs = await rafka.admin().describeConfigs({ type: 'topic', name: topic })
    const value = Number(configs.find(({ name }) => name === 'max.message.bytes')?.value)
    return Number.isSafeInteger(value) && value > 0 ? value : undefined
  } catch (error) {
    if (isRafkaError(error, 'INVALID_TOPIC_EXCEPTION')) {
      throw new RafkaError(error.code, `${JSON.stringify(topic)} cannot be the name of a topic`, {
        cause: error,
        details: { topic },
      })
    }
    // It does not exist yet, or this user may not look at it: the broker will say what is wrong.
    return undefined
  }
}
