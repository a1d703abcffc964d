import type { ConfigSource } from '../../core/admin.ts'

/** Kafka's numbers for where a config value comes from (`DescribeConfigsResponse.ConfigSource`). */
export const configSourceNumber = {
  unknown: 0,
  topic: 1,
  'dynamic-broker': 2,
  'dynamic-default-broker': 3,
  'static-broker': 4,
  default: 5,
  group: 8,
} as const satisfies Record<ConfigSource, number>
