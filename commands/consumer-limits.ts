import type { Config } from '../config/load-config.ts'
import type { ConsumerOptions } from '../src/index.ts'

/** How a consumer fetches, by the configuration. What nobody set is left to the consumer. */
export function consumerLimits(config: Config): Partial<ConsumerOptions> {
  return {
    maxWaitMs: config.given('consumer.fetch.max.wait.ms'),
    minBytes: config.given('consumer.fetch.min.bytes'),
    maxPartitionBytes: config.given('consumer.max.partition.fetch.bytes'),
    prefetchBytes: config.given('consumer.prefetch.bytes'),
    requestTimeoutMs: config.given('consumer.request.timeout.ms'),
    checkCrc: config.given('consumer.check.crcs'),
  }
}
