import { RafkaError } from '../../core/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { createTopics } from '../../protocol/apis/create-topics.ts'
import { zeroUuid } from '../../protocol/uuid.ts'
import type { BrokerState } from '../broker-state.ts'
import { configSourceNumber } from '../configs/config-source.ts'
import type { ConfigMap } from '../configs/config-values.ts'
import { topicConfigs } from '../configs/topic-configs.ts'
import { handler, noError, type WireError, wireErrorOf } from '../handler.ts'
import { repeated } from '../repeated.ts'
import { collisionError, MAX_PARTITIONS_PER_REQUEST, topicSpec } from '../topics/create-topics.ts'
import { collisionKey } from '../topics/topic-name.ts'
import type { TopicSpec } from '../topics/topics.ts'

type TopicAnswer = ResponseOf<typeof createTopics>['topics'][number]
type Asked = RequestOf<typeof createTopics>['topics'][number]

/** Creates topics: each is checked by itself, all that pass are created in one commit (KIP-4, KIP-464, KIP-525). */
export const createTopicsHandler = handler({
  api: createTopics,
  minVersion: 2,
  maxVersion: 7,
  handle: (state, request) =>
    state.topics.exclusively(async () => {
      const checked = check(state, request.topics)
      const good = checked.flatMap(({ spec }) => (spec === undefined ? [] : [spec]))
      const ids = new Map<string, string>()
      let failure: WireError = noError
      if (!request.validateOnly) {
        try {
          for (const topic of await state.topics.create(good)) ids.set(topic.name, topic.id)
        } catch (error) {
          failure = wireErrorOf(error, state)
        }
      }
      return createTopics.response.create({
        topics: checked.map(({ name, spec, error }) =>
          spec === undefined || failure.errorCode !== 0
            ? failed(name, spec === undefined ? error : failure)
            : succeeded(state, spec, ids.get(name) ?? zeroUuid),
        ),
      })
    }),
  refuse: (request, error) =>
    createTopics.response.create({ topics: request.topics.map(({ name }) => failed(name, error)) }),
})

/** Names that come twice are all refused; the answer lists each once. */
function check(
  state: BrokerState,
  topics: readonly Asked[],
): Array<{ name: string; spec: TopicSpec | undefined; error: WireError }> {
  const twice = repeated(topics.map(({ name }) => name))
  const collisions = new Map<string, string>()
  let partitions = 0
  return [...new Map(topics.map((asked) => [asked.name, asked])).values()].map((asked) => {
    const { name } = asked
    try {
      if (twice.has(name)) throw new RafkaError('INVALID_REQUEST', `topic "${name}" is named twice in the request`)
      const spec = topicSpec(state, asked)
      const other = collisions.get(collisionKey(name))
      if (other !== undefined) throw collisionError(name, other)
      collisions.set(collisionKey(name), name)
      partitions += spec.partitions
      if (partitions > MAX_PARTITIONS_PER_REQUEST) {
        throw new RafkaError('POLICY_VIOLATION', `one request may create ${MAX_PARTITIONS_PER_REQUEST} partitions`)
      }
      return { name, spec, error: noError }
    } catch (error) {
      return { name, spec: undefined, error: wireErrorOf(error, state) }
    }
  })
}

function succeeded(state: BrokerState, spec: TopicSpec, topicId: string): TopicAnswer {
  return {
    name: spec.name,
    topicId,
    ...noError,
    topicConfigErrorCode: 0,
    numPartitions: spec.partitions,
    replicationFactor: 1,
    configs: describe(state, spec.configs),
  }
}

function failed(name: string, error: WireError): TopicAnswer {
  return {
    name,
    topicId: zeroUuid,
    ...error,
    topicConfigErrorCode: 0,
    numPartitions: -1,
    replicationFactor: -1,
    // Java's admin client fails on the null that the schema allows.
    configs: [],
  }
}

function describe(state: BrokerState, own: ConfigMap): NonNullable<TopicAnswer['configs']> {
  return topicConfigs.map(({ name }) => {
    const { value, source } = state.configs.resolveForTopic(name, own)
    return { name, value, readOnly: false, configSource: configSourceNumber[source], isSensitive: false }
  })
}
