import { RafkaError } from '../../core/errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { deleteTopics } from '../../protocol/apis/delete-topics.ts'
import { zeroUuid } from '../../protocol/uuid.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, noError, type WireError, wireErrorOf } from '../handler.ts'
import { firstOfEach, repeated } from '../repeated.ts'

type Answer = ResponseOf<typeof deleteTopics>['responses'][number]

interface Asked {
  readonly name: string | null
  readonly topicId: string
}

/** Deletes topics by name or, from version 6, by id (KIP-516). */
export const deleteTopicsHandler = handler({
  api: deleteTopics,
  minVersion: 1,
  maxVersion: 6,
  handle: (state, request) =>
    state.topics.exclusively(async () => {
      const asked: readonly Asked[] =
        request.topics.length > 0 ? request.topics : request.topicNames.map((name) => ({ name, topicId: zeroUuid }))
      const twice = repeated(asked.map(keyOf))
      const responses: Answer[] = []
      for (const topic of firstOfEach(asked, keyOf)) {
        responses.push(await deleteOne(state, topic, twice.has(keyOf(topic))))
      }
      return deleteTopics.response.create({ responses })
    }),
  refuse: (request, error) =>
    deleteTopics.response.create({
      responses: [
        ...request.topics.map((topic) => answer(topic, error)),
        ...request.topicNames.map((name) => answer({ name, topicId: zeroUuid }, error)),
      ],
    }),
})

async function deleteOne(state: BrokerState, asked: Asked, isTwice: boolean): Promise<Answer> {
  try {
    if (isTwice) throw new RafkaError('INVALID_REQUEST', `topic "${asked.name ?? asked.topicId}" is named twice`)
    if (!state.configs.flag('delete.topic.enable')) {
      throw new RafkaError('TOPIC_DELETION_DISABLED', 'delete.topic.enable is false')
    }
    const topic = find(state, asked)
    await state.topics.delete(topic)
    return answer({ name: topic.name, topicId: topic.id }, noError)
  } catch (error) {
    return answer(asked, wireErrorOf(error, state))
  }
}

function find(state: BrokerState, { name, topicId }: Asked) {
  if ((name === null) === (topicId === zeroUuid)) {
    throw new RafkaError('INVALID_REQUEST', 'a topic is deleted by its name or by its id: give one of them')
  }
  if (name !== null) {
    const topic = state.topics.get(name)
    if (topic === undefined) throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${name}" does not exist`)
    return topic
  }
  const topic = state.topics.byId(topicId)
  if (topic === undefined) throw new RafkaError('UNKNOWN_TOPIC_ID', `no topic has the id ${topicId}`)
  return topic
}

function keyOf({ name, topicId }: Asked): string {
  return `${topicId}/${name ?? ''}`
}

function answer({ name, topicId }: Asked, error: WireError): Answer {
  return { name, topicId, ...error }
}
