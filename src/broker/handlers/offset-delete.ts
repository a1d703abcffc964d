import { RafkaError } from '../../core/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { offsetDelete } from '../../protocol/apis/offset-delete.ts'
import type { BrokerState } from '../broker-state.ts'
import { CONSUMER_PROTOCOL_TYPE } from '../groups/classic/subscribed-topics.ts'
import { groupNamed } from '../groups/find-group.ts'
import type { Group } from '../groups/group-registry.ts'
import { type Place, placeName } from '../groups/offsets/group-offsets.ts'
import { handler, wireError, wireErrorOf } from '../handler.ts'
import { withdrawOffsets } from '../transactions/withdraw-offsets.ts'

type AskedTopic = RequestOf<typeof offsetDelete>['topics'][number]
type TopicAnswer = ResponseOf<typeof offsetDelete>['topics'][number]

/** Forgets offsets of topics that the group does not consume (KIP-496). */
export const offsetDeleteHandler = handler({
  api: offsetDelete,
  minVersion: 0,
  maxVersion: 0,
  async handle(state, request) {
    try {
      const group = groupNamed(state.groups, request.groupId)
      assertDeletable(group)
      const places: Place[] = []
      const topics = request.topics.map((asked) => check(state, group, asked, places))
      await forget(state, group, places)
      return offsetDelete.response.create({ topics })
    } catch (error) {
      return offsetDelete.response.create({ errorCode: wireErrorOf(error, state).errorCode })
    }
  },
  refuse: (_request, { errorCode }) => offsetDelete.response.create({ errorCode }),
})

async function forget(state: BrokerState, group: Group, places: readonly Place[]): Promise<void> {
  const removal = group.offsets.stageRemoval(places)
  const names = new Set(places.map(placeName))
  const withdrawal = withdrawOffsets(state, group.id, (place) => names.has(placeName(place)))
  const changes = [...removal.changes, ...withdrawal.changes]
  try {
    if (changes.length > 0) await state.storage.commit(changes)
  } catch (error) {
    withdrawal.undo()
    throw error
  }
  removal.apply()
  withdrawal.keep()
}

/** Of what a group of another kind consumes nothing is known, so it must have no members. */
function assertDeletable(group: Group): void {
  if (group.state === 'Empty' || group.protocolType === CONSUMER_PROTOCOL_TYPE) return
  throw new RafkaError('NON_EMPTY_GROUP', `group "${group.id}" has ${group.members.size} members`)
}

function check(state: BrokerState, group: Group, { name, partitions }: AskedTopic, places: Place[]): TopicAnswer {
  const topic = state.topics.get(name)
  // What its members consume may not be readable: then it may be this.
  const isSubscribed = group.topics?.has(name) ?? group.state !== 'Empty'
  return {
    name,
    partitions: partitions.map(({ partitionIndex }) => {
      if (topic?.logs[partitionIndex] === undefined) return { partitionIndex, ...error('UNKNOWN_TOPIC_OR_PARTITION') }
      if (isSubscribed) return { partitionIndex, ...error('GROUP_SUBSCRIBED_TO_TOPIC') }
      places.push({ topicId: topic.id, partition: partitionIndex })
      return { partitionIndex, errorCode: 0 }
    }),
  }
}

function error(name: 'UNKNOWN_TOPIC_OR_PARTITION' | 'GROUP_SUBSCRIBED_TO_TOPIC') {
  return { errorCode: wireError(name).errorCode }
}
