import type { ConfigSource } from '../../core/admin.ts'
import { RafkaError } from '../../core/errors.ts'
import { brokerConfig } from './broker-configs.ts'
import { type ConfigDefinition, splitList } from './config-definition.ts'
import { groupOverride } from './group-overrides.ts'
import { topicConfig } from './topic-configs.ts'

/** Config values that were set, by name. */
export type ConfigMap = ReadonlyMap<string, string>

/** A value that is in force, and where it comes from. */
export interface ResolvedConfig {
  readonly definition: ConfigDefinition
  readonly value: string
  readonly source: Exclude<ConfigSource, 'unknown' | 'dynamic-default-broker'>
}

/**
 * The configs of the broker: static ones, given at the start, and dynamic ones, altered while it runs.
 * Also where the configs of topics and groups fall back to, and what single groups have of their own.
 */
export class BrokerConfigs {
  readonly #static: ConfigMap
  #dynamic: ConfigMap = new Map()
  readonly #groups = new Map<string, ConfigMap>()

  /** @throws RafkaError `INVALID_CONFIGURATION` for an unknown name or a wrong value */
  constructor(values: Readonly<Record<string, string>> = {}) {
    this.#static = new Map(Object.entries(values))
    for (const [name, value] of this.#static) {
      const problem = configProblem(brokerConfig, name, value)
      if (problem !== undefined) throw new RafkaError('INVALID_CONFIGURATION', problem, { details: { key: name } })
    }
  }

  get dynamic(): ConfigMap {
    return this.#dynamic
  }

  setDynamic(values: ConfigMap): void {
    this.#dynamic = values
  }

  /** Groups that have configs of their own. */
  get groupNames(): string[] {
    return [...this.#groups.keys()]
  }

  ofGroup(groupId: string): ConfigMap {
    return this.#groups.get(groupId) ?? new Map()
  }

  setGroup(groupId: string, values: ConfigMap): void {
    if (values.size === 0) this.#groups.delete(groupId)
    else this.#groups.set(groupId, values)
  }

  /** The value in force of a config of the broker. */
  resolve(name: string): ResolvedConfig {
    const definition = brokerConfig.get(name)
    if (definition === undefined) throw new Error(`no broker config "${name}"`)
    const dynamic = this.#dynamic.get(name)
    if (dynamic !== undefined) return { definition, value: dynamic, source: 'dynamic-broker' }
    const fixed = this.#static.get(name) ?? this.#retentionFromHours(name)
    if (fixed !== undefined) return { definition, value: fixed, source: 'static-broker' }
    return { definition, value: definition.defaultValue, source: 'default' }
  }

  number(name: string): number {
    return wholeNumber(this.resolve(name).value)
  }

  flag(name: string): boolean {
    return this.resolve(name).value.toLowerCase() === 'true'
  }

  /** The value in force of a topic's config: its own, the broker's synonym, the default. */
  resolveForTopic(name: string, own: ConfigMap): ResolvedConfig {
    const definition = topicConfig.get(name)
    if (definition === undefined) throw new Error(`no topic config "${name}"`)
    return this.#inherited(definition, own.get(name), 'topic')
  }

  /** The value in force of a group's config: its own, or the broker's. */
  resolveForGroup(name: string, own: ConfigMap): ResolvedConfig {
    const definition = groupOverride.get(name)
    if (definition === undefined) throw new Error(`no group config "${name}"`)
    return this.#inherited(definition, own.get(name), 'group')
  }

  numberForGroup(name: string, groupId: string): number {
    return wholeNumber(this.resolveForGroup(name, this.ofGroup(groupId)).value)
  }

  #inherited(definition: ConfigDefinition, value: string | undefined, source: 'topic' | 'group'): ResolvedConfig {
    if (value !== undefined) return { definition, value, source }
    if (definition.brokerName === undefined) return { definition, value: definition.defaultValue, source: 'default' }
    const inherited = this.resolve(definition.brokerName)
    return { definition, value: inherited.value, source: inherited.source }
  }

  #retentionFromHours(name: string): string | undefined {
    if (name !== 'log.retention.ms') return undefined
    const hours = this.#static.get('log.retention.hours')
    if (hours === undefined) return undefined
    return Number(hours) < 0 ? '-1' : String(Number(hours) * 3_600_000)
  }
}

/** What is wrong with setting `name` to `value`, or undefined. */
export function configProblem(
  definitions: ReadonlyMap<string, ConfigDefinition>,
  name: string,
  value: string,
): string | undefined {
  const definition = definitions.get(name)
  if (definition === undefined) return `unknown config "${name}"`
  const problem = definition.check(value)
  return problem === undefined ? undefined : `invalid value for config "${name}": ${problem}`
}

/** The configs of a topic that the broker itself acts on, read once per change. */
export interface TopicSettings {
  readonly compact: boolean
  readonly delete: boolean
  /** `producer`, `uncompressed` or a codec. */
  readonly compressionType: string
  readonly logAppendTime: boolean
  readonly maxMessageBytes: number
  readonly timestampAfterMaxMs: number
  readonly timestampBeforeMaxMs: number
  readonly retentionMs: number
  readonly retentionBytes: number
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly deleteRetentionMs: number
  readonly minCleanableRatio: number
  readonly minCompactionLagMs: number
  readonly maxCompactionLagMs: number
}

/** The settings that `own` and the broker's configs give a topic. */
export function topicSettings(configs: BrokerConfigs, own: ConfigMap): TopicSettings {
  const value = (name: string) => configs.resolveForTopic(name, own).value
  const number = (name: string) => wholeNumber(value(name))
  const policy = splitList(value('cleanup.policy'))
  return {
    compact: policy.includes('compact'),
    delete: policy.includes('delete'),
    compressionType: value('compression.type'),
    logAppendTime: value('message.timestamp.type') === 'LogAppendTime',
    maxMessageBytes: number('max.message.bytes'),
    timestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    timestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    segmentBytes: number('segment.bytes'),
    segmentMs: number('segment.ms'),
    deleteRetentionMs: number('delete.retention.ms'),
    minCleanableRatio: Number(value('min.cleanable.dirty.ratio')),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    maxCompactionLagMs: number('max.compaction.lag.ms'),
  }
}

/** Java's largest long, which means "without bound", is more than a number can hold. */
function wholeNumber(value: string): number {
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER)
}
