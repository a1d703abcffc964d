import { RafkaError } from '../../core/errors.ts'
import type { ConfigDefinition } from './config-definition.ts'
import { integer } from './config-definition.ts'
import type { BrokerConfigs, ConfigMap } from './config-values.ts'

const INT_MAX = 2 ** 31 - 1

/** What a single group of the new protocol may have of its own, with Kafka's names (`GroupConfig`, KIP-848). */
export const groupOverrides: readonly ConfigDefinition[] = [
  {
    name: 'consumer.heartbeat.interval.ms',
    type: 'int',
    defaultValue: '5000',
    check: integer(1, INT_MAX),
    documentation: 'How often the members of the group are told to send heartbeats, in ms.',
    brokerName: 'group.consumer.heartbeat.interval.ms',
  },
  {
    name: 'consumer.session.timeout.ms',
    type: 'int',
    defaultValue: '45000',
    check: integer(1, INT_MAX),
    documentation: 'Silence after which a member of the group is taken for dead, in ms.',
    brokerName: 'group.consumer.session.timeout.ms',
  },
]

/** The definition of a group's config by its name. */
export const groupOverride: ReadonlyMap<string, ConfigDefinition> = new Map(
  groupOverrides.map((definition) => [definition.name, definition]),
)

const bounded = ['heartbeat.interval.ms', 'session.timeout.ms'] as const

/**
 * Checks what a group is to have of its own against the bounds that the broker sets for groups, and its values against each other.
 * @throws RafkaError `INVALID_CONFIG`
 */
export function assertGroupOverrides(configs: BrokerConfigs, own: ConfigMap): void {
  const inForce = (name: string) => Number(configs.resolveForGroup(`consumer.${name}`, own).value)
  for (const name of bounded) {
    if (!own.has(`consumer.${name}`)) continue
    const [min, max] = [`group.consumer.min.${name}`, `group.consumer.max.${name}`] as const
    const value = inForce(name)
    if (value >= configs.number(min) && value <= configs.number(max)) continue
    throw new RafkaError(
      'INVALID_CONFIG',
      `invalid value for config "consumer.${name}": ${value} is not between ${configs.number(min)} (${min}) and ${configs.number(max)} (${max})`,
    )
  }
  if (inForce('session.timeout.ms') > inForce('heartbeat.interval.ms')) return
  throw new RafkaError('INVALID_CONFIG', 'consumer.session.timeout.ms must be more than consumer.heartbeat.interval.ms')
}
