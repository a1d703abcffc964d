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

/** How a consumer takes part in a group, by the configuration. */
export function groupOptions(config: Config, group: string | undefined): Partial<ConsumerOptions> {
  if (group === undefined) return {}
  return {
    group,
    groupProtocol: config.given('consumer.group.protocol'),
    groupInstanceId: config.given('consumer.group.instance.id'),
    sessionTimeoutMs: config.given('consumer.session.timeout.ms'),
    heartbeatIntervalMs: config.given('consumer.heartbeat.interval.ms'),
    // What was printed is committed when it was printed.
    autoCommit: false,
  }
}
