import type { RequestOf } from '../../protocol/api.ts'
import { offsetFetch } from '../../protocol/apis/offset-fetch.ts'
import { zeroUuid } from '../../protocol/uuid.ts'
import { validateConsumerFetch } from '../groups/consumer/validate-commit.ts'
import { type AskedTopic, fetchOffsets } from '../groups/offsets/fetch-offsets.ts'
import { handler, wireErrorOf } from '../handler.ts'

type Request = RequestOf<typeof offsetFetch>

/** From this version on a request asks for several groups. */
const FIRST_VERSION_WITH_GROUPS = 8

/** Tells how far groups have come. A group that does not exist has come nowhere: offset -1, no error. */
export const offsetFetchHandler = handler({
  api: offsetFetch,
  minVersion: 1,
  maxVersion: 10,
  async handle(state, request, { version }) {
    const offsetsOf = (groupId: string, topics: readonly AskedTopic[] | null) =>
      fetchOffsets(state, state.groups.get(groupId)?.offsets, topics, request.requireStable)
    if (version < FIRST_VERSION_WITH_GROUPS) {
      return offsetFetch.response.create({ topics: offsetsOf(request.groupId, named(request.topics)) })
    }
    const groups = request.groups.map(({ groupId, memberId, memberEpoch, topics }) => {
      try {
        const group = state.groups.get(groupId)
        if (group?.type === 'consumer') validateConsumerFetch(group, memberId, memberEpoch)
        return { groupId, topics: offsetsOf(groupId, topics), errorCode: 0 }
      } catch (error) {
        return { groupId, topics: [], errorCode: wireErrorOf(error, state).errorCode }
      }
    })
    return offsetFetch.response.create({ groups })
  },
  refuse: (request, { errorCode }, { version }) =>
    version < FIRST_VERSION_WITH_GROUPS
      ? offsetFetch.response.create({ topics: failed(named(request.topics) ?? [], errorCode), errorCode })
      : offsetFetch.response.create({
          groups: request.groups.map(({ groupId }) => ({ groupId, topics: [], errorCode })),
        }),
})

function named(topics: Request['topics']): AskedTopic[] | null {
  return topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null
}

/** Version 1 has no place for an error but at each partition. */
function failed(topics: readonly AskedTopic[], errorCode: number) {
  return topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: -1,
      committedLeaderEpoch: -1,
      metadata: '',
      errorCode,
    })),
  }))
}
