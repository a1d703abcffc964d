import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { offsetCommit } from '../../protocol/apis/offset-commit.ts'
import type { BrokerState } from '../broker-state.ts'
import { groupToCommitTo } from '../groups/find-group.ts'
import { checkedOffset, type OffsetToCommit, topicToCommitTo } from '../groups/offsets/check-offsets.ts'
import type { OffsetCommit } from '../groups/offsets/committed-offset.ts'
import type { StagedOffsets } from '../groups/offsets/group-offsets.ts'
import { handler, wireErrorOf } from '../handler.ts'
import type { Topic } from '../topics/topic.ts'

type Request = RequestOf<typeof offsetCommit>
type TopicAnswer = ResponseOf<typeof offsetCommit>['topics'][number]

/** From this version on topics go by id. */
const FIRST_VERSION_WITH_IDS = 10

/** Remembers how far a group has come: durable before the answer. What is wrong with one partition keeps no other from it. */
export const offsetCommitHandler = handler({
  api: offsetCommit,
  minVersion: 2,
  maxVersion: 10,
  async handle(state, request, { version }) {
    const accepted: OffsetCommit[] = []
    const topics = request.topics.map((asked) => check(state, request, asked, version, accepted))
    let staged: StagedOffsets | undefined
    try {
      const group = groupToCommitTo(state.groups, request.groupId, request, accepted, { version })
      staged = group.offsets.stage(accepted)
      if (accepted.length > 0) await state.storage.commit(staged.changes)
      staged.apply()
      return offsetCommit.response.create({ topics })
    } catch (error) {
      staged?.cancel()
      return offsetCommit.response.create({ topics: failed(topics, wireErrorOf(error, state).errorCode) })
    }
  },
  refuse: (request, { errorCode }) => offsetCommit.response.create({ topics: failed(noErrors(request), errorCode) }),
})

function check(
  state: BrokerState,
  { retentionTimeMs }: Request,
  asked: Request['topics'][number],
  version: number,
  accepted: OffsetCommit[],
): TopicAnswer {
  const { name, topicId } = asked
  let topic: Topic | undefined
  const checkOne = (given: OffsetToCommit) => {
    try {
      topic ??= topicToCommitTo(state, version >= FIRST_VERSION_WITH_IDS ? { topicId } : { name })
      accepted.push(checkedOffset(state, topic, given, retentionTimeMs))
      return { partitionIndex: given.partitionIndex, errorCode: 0 }
    } catch (error) {
      return { partitionIndex: given.partitionIndex, errorCode: wireErrorOf(error, state).errorCode }
    }
  }
  return { name, topicId, partitions: asked.partitions.map(checkOne) }
}

function noErrors({ topics }: Request): TopicAnswer[] {
  return topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
  }))
}

/** Where a partition had an error of its own, that stays. */
function failed(topics: readonly TopicAnswer[], errorCode: number): TopicAnswer[] {
  return topics.map(({ partitions, ...topic }) => ({
    ...topic,
    partitions: partitions.map((one) => (one.errorCode === 0 ? { ...one, errorCode } : one)),
  }))
}
