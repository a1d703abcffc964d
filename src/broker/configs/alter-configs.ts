import { RafkaError } from '../../core/errors.ts'
import type { BrokerState } from '../broker-state.ts'
import { entryKeys, putEntry } from '../entries.ts'
import { findTopic } from '../topics/find-log.ts'
import { brokerConfig } from './broker-configs.ts'
import { type ConfigDefinition, splitList } from './config-definition.ts'
import { resourceType } from './config-resource.ts'
import { type ConfigMap, configProblem } from './config-values.ts'
import { assertGroupOverrides, groupOverride } from './group-overrides.ts'
import { topicConfig } from './topic-configs.ts'

/** Kafka's numbers for what is done to a config (`AlterConfigOp.OpType`). */
export const configOperation = { set: 0, delete: 1, append: 2, subtract: 3 } as const

/** One step of an alteration. */
export interface ConfigStep {
  readonly name: string
  readonly configOperation: number
  readonly value: string | null
}

/** What is altered. */
export interface AlteredResource {
  readonly resourceType: number
  readonly resourceName: string
}

/**
 * Alters the configs of a topic, of the broker or of a group, in one commit. Call within `topics.exclusively`.
 * @param start what the steps begin with: the configs as they are, or none (AlterConfigs replaces the whole set)
 * @throws RafkaError with Kafka's error (`ConfigurationControlManager`)
 */
export async function alterConfigs(
  state: BrokerState,
  resource: AlteredResource,
  steps: readonly ConfigStep[],
  options: { readonly replaceAll: boolean; readonly validateOnly: boolean },
): Promise<void> {
  const seen = new Set<string>()
  for (const { name } of steps) {
    if (seen.has(name)) throw new RafkaError('INVALID_REQUEST', `config "${name}" is named twice for one resource`)
    seen.add(name)
  }
  switch (resource.resourceType) {
    case resourceType.topic: {
      if (resource.resourceName === '') throw new RafkaError('INVALID_REQUEST', 'a topic has a name; none was given')
      const topic = findTopic(state, resource.resourceName)
      const current = (name: string) => state.configs.resolveForTopic(name, topic.configs).value
      const configs = applySteps(options.replaceAll ? new Map() : topic.configs, steps, topicConfig, current)
      if (!options.validateOnly) await state.topics.configure(topic, configs)
      return
    }
    case resourceType.broker:
      return alterBroker(state, resource.resourceName, steps, options)
    case resourceType.group:
      return alterGroup(state, resource.resourceName, steps, options)
    default:
      throw new RafkaError('INVALID_REQUEST', `resources of type ${resource.resourceType} have no configs here`)
  }
}

async function alterBroker(
  state: BrokerState,
  resourceName: string,
  steps: readonly ConfigStep[],
  options: { readonly replaceAll: boolean; readonly validateOnly: boolean },
): Promise<void> {
  // The empty name means all brokers: this is the only one.
  if (resourceName !== '' && resourceName !== String(state.nodeId)) {
    throw new RafkaError(
      'INVALID_REQUEST',
      `this is broker ${state.nodeId}; it has no configs of broker "${resourceName}"`,
    )
  }
  for (const { name } of steps) {
    const definition = brokerConfig.get(name)
    if (definition !== undefined && definition.dynamic !== true) {
      throw new RafkaError('INVALID_REQUEST', `config "${name}" of the broker can be set at its start alone`)
    }
  }
  const current = (name: string) => state.configs.resolve(name).value
  const configs = applySteps(options.replaceAll ? new Map() : state.configs.dynamic, steps, brokerConfig, current)
  if (options.validateOnly) return
  await state.storage.commit([putEntry(entryKeys.configs, Object.fromEntries(configs))])
  state.configs.setDynamic(configs)
  state.topics.refreshSettings()
}

/** A group may have configs before there is such a group. */
async function alterGroup(
  state: BrokerState,
  groupId: string,
  steps: readonly ConfigStep[],
  options: { readonly replaceAll: boolean; readonly validateOnly: boolean },
): Promise<void> {
  if (groupId === '') throw new RafkaError('INVALID_REQUEST', 'a group has a name; none was given')
  const start: ConfigMap = options.replaceAll ? new Map() : state.configs.ofGroup(groupId)
  const current = (name: string) => state.configs.resolveForGroup(name, start).value
  const configs = applySteps(start, steps, groupOverride, current)
  assertGroupOverrides(state.configs, configs)
  if (options.validateOnly) return
  const key = entryKeys.groupConfigsOf(groupId)
  await state.storage.commit([configs.size === 0 ? { remove: key } : putEntry(key, Object.fromEntries(configs))])
  state.configs.setGroup(groupId, configs)
}

/** The set that the steps make of `start`. `current` gives the value in force, which append and subtract begin with. */
function applySteps(
  start: ConfigMap,
  steps: readonly ConfigStep[],
  definitions: ReadonlyMap<string, ConfigDefinition>,
  current: (name: string) => string,
): ConfigMap {
  const result = new Map(start)
  for (const step of steps) {
    const { name } = step
    const definition = definitions.get(name)
    if (definition === undefined) throw new RafkaError('INVALID_CONFIG', `unknown config "${name}"`)
    if (step.configOperation === configOperation.delete) {
      result.delete(name)
      continue
    }
    const value = newValue(step, definition, result.get(name) ?? current(name))
    const problem = configProblem(definitions, name, value)
    if (problem !== undefined) throw new RafkaError('INVALID_CONFIG', problem)
    result.set(name, value)
  }
  return result
}

function newValue(
  { name, configOperation: operation, value }: ConfigStep,
  definition: ConfigDefinition,
  current: string,
): string {
  if (value === null) throw new RafkaError('INVALID_REQUEST', `config "${name}" has no value`)
  if (operation === configOperation.set) return value
  if (operation !== configOperation.append && operation !== configOperation.subtract) {
    throw new RafkaError('INVALID_REQUEST', `${operation} is no operation on a config`)
  }
  if (definition.type !== 'list') {
    throw new RafkaError('INVALID_CONFIG', `config "${name}" is no list; it can be set and deleted, not appended to`)
  }
  const items = splitList(current)
  const given = splitList(value)
  return operation === configOperation.append
    ? [...items, ...given.filter((item) => !items.includes(item))].join(',')
    : items.filter((item) => !given.includes(item)).join(',')
}
