import { RafkaError } from '../../core/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { describeConfigs } from '../../protocol/apis/describe-configs.ts'
import type { BrokerState } from '../broker-state.ts'
import { brokerConfigs } from '../configs/broker-configs.ts'
import type { ConfigDefinition, ConfigType } from '../configs/config-definition.ts'
import { resourceType } from '../configs/config-resource.ts'
import { configSourceNumber } from '../configs/config-source.ts'
import type { ResolvedConfig } from '../configs/config-values.ts'
import { groupOverrides } from '../configs/group-overrides.ts'
import { topicConfigs } from '../configs/topic-configs.ts'
import { handler, noError, type WireError, wireErrorOf } from '../handler.ts'
import { findTopic } from '../topics/find-log.ts'
import { topicNameProblem } from '../topics/topic-name.ts'

type Request = RequestOf<typeof describeConfigs>
type Resource = Request['resources'][number]
type Result = ResponseOf<typeof describeConfigs>['results'][number]
type Entry = Result['configs'][number]

/** Kafka's numbers for kinds of value (`ConfigResponse.ConfigType`). */
const typeNumber: Record<ConfigType, number> = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 }

/** Tells every config of topics, of the broker and of groups, with its default and where its value comes from. */
export const describeConfigsHandler = handler({
  api: describeConfigs,
  minVersion: 1,
  maxVersion: 4,
  async handle(state, request) {
    return describeConfigs.response.create({
      results: request.resources.map((resource) => {
        try {
          return result(resource, noError, entries(state, request, resource))
        } catch (error) {
          return result(resource, wireErrorOf(error, state), [])
        }
      }),
    })
  },
  refuse: (request, error) =>
    describeConfigs.response.create({ results: request.resources.map((resource) => result(resource, error, [])) }),
})

function entries(state: BrokerState, request: Request, resource: Resource): Entry[] {
  // Kafka takes an empty list for all of them, too.
  const wanted = resource.configurationKeys ?? []
  const isWanted = ({ name }: ConfigDefinition) => wanted.length === 0 || wanted.includes(name)
  switch (resource.resourceType) {
    case resourceType.topic: {
      const problem = topicNameProblem(resource.resourceName)
      if (problem !== undefined) throw new RafkaError('INVALID_TOPIC_EXCEPTION', problem)
      const own = findTopic(state, resource.resourceName).configs
      return topicConfigs
        .filter(isWanted)
        .map(({ name }) =>
          inheritedEntry(state, request, state.configs.resolveForTopic(name, own), own.get(name), 'topic'),
        )
    }
    case resourceType.group: {
      const { resourceName: groupId } = resource
      if (groupId === '') throw new RafkaError('INVALID_REQUEST', 'a group has a name; none was given')
      const own = state.configs.ofGroup(groupId)
      return groupOverrides
        .filter(isWanted)
        .map(({ name }) =>
          inheritedEntry(state, request, state.configs.resolveForGroup(name, own), own.get(name), 'group'),
        )
    }
    case resourceType.broker:
      return brokerEntries(state, request, resource.resourceName, brokerConfigs.filter(isWanted))
    default:
      throw new RafkaError('INVALID_REQUEST', `resources of type ${resource.resourceType} have no configs here`)
  }
}

/** The empty name asks for what holds for all brokers: values that were set for them, of which there are none. */
function brokerEntries(
  state: BrokerState,
  request: Request,
  name: string,
  definitions: readonly ConfigDefinition[],
): Entry[] {
  if (name === '') return []
  if (name !== String(state.nodeId)) {
    throw new RafkaError('INVALID_REQUEST', `this is broker ${state.nodeId}; it has no configs of broker "${name}"`)
  }
  return definitions.map((definition) =>
    entry(
      request,
      state.configs.resolve(definition.name),
      brokerSynonyms(state, definition.name),
      definition.dynamic !== true,
    ),
  )
}

function entry(request: Request, resolved: ResolvedConfig, synonyms: Entry['synonyms'], readOnly: boolean): Entry {
  const { definition, value, source } = resolved
  return {
    name: definition.name,
    value,
    readOnly,
    configSource: configSourceNumber[source],
    isSensitive: false,
    synonyms: request.includeSynonyms ? synonyms : [],
    configType: typeNumber[definition.type],
    documentation: request.includeDocumentation ? definition.documentation : null,
  }
}

/** A config that falls back to one of the broker, with every place that its value could come from, most specific first. */
function inheritedEntry(
  state: BrokerState,
  request: Request,
  resolved: ResolvedConfig,
  set: string | undefined,
  source: 'topic' | 'group',
): Entry {
  const { name, defaultValue, brokerName, defaultSynonym } = resolved.definition
  const inherited =
    brokerName === undefined
      ? [{ name, value: defaultValue, source: configSourceNumber.default }]
      : brokerSynonyms(state, brokerName)
  const shown = inherited.flatMap((synonym) => {
    if (synonym.source !== configSourceNumber.default || defaultSynonym === undefined) return [synonym]
    return defaultSynonym === null ? [] : [{ ...synonym, name: defaultSynonym }]
  })
  const own = set === undefined ? [] : [{ name, value: set, source: configSourceNumber[source] }]
  return entry(request, resolved, [...own, ...shown], false)
}

function brokerSynonyms(state: BrokerState, name: string): Entry['synonyms'] {
  const { definition, value, source } = state.configs.resolve(name)
  const fallback = { name, value: definition.defaultValue, source: configSourceNumber.default }
  return source === 'default' ? [fallback] : [{ name, value, source: configSourceNumber[source] }, fallback]
}

function result(resource: Resource, error: WireError, configs: Entry[]): Result {
  return { ...error, resourceType: resource.resourceType, resourceName: resource.resourceName, configs }
}
