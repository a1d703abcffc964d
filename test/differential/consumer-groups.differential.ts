import { describe } from 'vitest'
import type { RequestOf } from '../../src/protocol/api.ts'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { consumerGroupDescribe } from '../../src/protocol/apis/consumer-group-describe.ts'
import { consumerGroupHeartbeat } from '../../src/protocol/apis/consumer-group-heartbeat.ts'
import { deleteGroups } from '../../src/protocol/apis/delete-groups.ts'
import { describeGroups } from '../../src/protocol/apis/describe-groups.ts'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { heartbeat } from '../../src/protocol/apis/heartbeat.ts'
import { joinGroup } from '../../src/protocol/apis/join-group.ts'
import { leaveGroup } from '../../src/protocol/apis/leave-group.ts'
import { listGroups } from '../../src/protocol/apis/list-groups.ts'
import { offsetCommit } from '../../src/protocol/apis/offset-commit.ts'
import { offsetDelete } from '../../src/protocol/apis/offset-delete.ts'
import { offsetFetch } from '../../src/protocol/apis/offset-fetch.ts'
import { syncGroup } from '../../src/protocol/apis/sync-group.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'
import { type Compared, sameAnswers } from './compared.ts'

type Heartbeat = Partial<RequestOf<typeof consumerGroupHeartbeat>>

const NOT_READY = [14, 15, 16]

/** A group of the new protocol, and short ways to ask for it. */
class Script {
  readonly broker: Compared
  readonly groupId: string

  constructor(broker: Compared, name: string) {
    this.broker = broker
    this.groupId = `${name}-${broker.run}`
  }

  /** Kafka makes its log of offsets when somebody first looks for who leads it. */
  async coordinate(): Promise<this> {
    const { broker, groupId } = this
    await broker.askUntil(findCoordinator, 2, { key: groupId, keyType: 0 }, ({ errorCode }) => errorCode === 0)
    for (let attempt = 0; attempt < 500; attempt++) {
      const { errorCode } = await broker.tell(heartbeat, 3, { groupId, generationId: 1, memberId: 'x' })
      if (!NOT_READY.includes(errorCode)) return this
    }
    return this
  }

  beat(memberId: string, memberEpoch: number, fields: Heartbeat = {}, version = 1) {
    const { groupId } = this
    return this.broker.ask(consumerGroupHeartbeat, version, { groupId, memberId, memberEpoch, ...fields })
  }

  join(memberId: string, topics: string[], fields: Heartbeat = {}, version = 1) {
    const joining = { rebalanceTimeoutMs: 60_000, subscribedTopicNames: topics, topicPartitions: [] }
    return this.beat(memberId, 0, { ...joining, ...fields }, version)
  }

  describe(version = 1) {
    return this.broker.ask(consumerGroupDescribe, version, { groupIds: [this.groupId] })
  }

  commit(memberId: string, epoch: number, topic: string, version = 9, partition = 0) {
    const one = { partitionIndex: partition, committedOffset: 1, committedLeaderEpoch: -1, committedMetadata: '' }
    const { groupId } = this
    const member = { memberId, generationIdOrMemberEpoch: epoch }
    const topics = [{ name: topic, topicId: zeroUuid, partitions: [one] }]
    return this.broker.ask(offsetCommit, version, { groupId, ...member, topics })
  }

  fetch(memberId: string | null, memberEpoch: number, topic: string) {
    const topics = [{ name: topic, topicId: zeroUuid, partitionIndexes: [0, 1] }]
    return this.broker.ask(offsetFetch, 9, { groups: [{ groupId: this.groupId, memberId, memberEpoch, topics }] })
  }
}

describe('groups of the new protocol', () => {
  sameAnswers('one member joins, lives and leaves', async (broker) => {
    for (const version of [0, 1]) {
      const group = await new Script(broker, `one-${version}`).coordinate()
      const topic = await broker.topic(`one-${version}`, { partitions: 3 })
      await group.join('a', [topic], {}, version)
      await group.beat('a', 2, {}, version)
      await group.describe(version)
      await group.beat('a', 2, { rebalanceTimeoutMs: 1, subscribedTopicNames: [topic], topicPartitions: [] }, version)
      await group.join('a', [topic], {}, version)
      await group.beat('a', 2, { subscribedTopicNames: [topic, `other-${broker.run}`] }, version)
      await group.describe(version)
      await group.beat('a', -1, {}, version)
      await group.describe(version)
      await group.beat('a', 2, {}, version)
      await broker.ask(deleteGroups, 2, { groupsNames: [group.groupId] })
      await group.beat('a', 2, {}, version)
    }
  })

  sameAnswers('what is refused', async (broker) => {
    const group = await new Script(broker, 'refused').coordinate()
    const topic = await broker.topic('refused')
    for (const version of [0, 1]) {
      await group.join('a', [topic], { groupId: '' }, version)
      await group.join('a', [topic], { instanceId: '' }, version)
      await group.join('a', [topic], { rackId: '' }, version)
      await group.join('a', [topic], { rebalanceTimeoutMs: -1 }, version)
      await group.join('a', [topic], { topicPartitions: null }, version)
      await group.join('a', [topic], { topicPartitions: [{ topicId: zeroUuid, partitions: [0] }] }, version)
      await group.join('a', [], { subscribedTopicNames: null }, version)
      await group.join('a', [topic], { serverAssignor: 'best' }, version)
      for (const epoch of [1, -1, -2, -3]) await group.beat('a', epoch, {}, version)
      for (const epoch of [1, -1, -2]) await group.beat('', epoch, {}, version)
      await group.beat('a', -2, { instanceId: 'i' }, version)
    }
    await group.join('', [topic], {})
    const idle = await new Script(broker, 'idle').coordinate()
    await idle.join('a', [])
    await idle.describe()
    await idle.join('b', [topic])
    await idle.describe()
    await group.join('a', [topic], { subscribedTopicRegex: '(' })
    await group.describe()
    await group.join('a', [topic], {})
    await group.join('a', [topic], { subscribedTopicRegex: '(?=a)' })
    await group.beat('b', 2)
    await group.beat('a', 3)
    await group.beat('a', -2)
    await group.beat('b', -1)
    await group.beat('a', 2, { instanceId: 'i' })
    await group.beat('a', 2)
    await broker.ask(consumerGroupDescribe, 1, { groupIds: ['', `nothing-${broker.run}`] })
  })

  for (const serverAssignor of ['range', 'uniform']) {
    sameAnswers(`two members share out: ${serverAssignor}`, async (broker) => {
      const group = await new Script(broker, `two-${serverAssignor}`).coordinate()
      const topic = await broker.topic(`two-${serverAssignor}`, { partitions: 2 })
      const fields = { serverAssignor }
      const { assignment } = await group.join('a', [topic], fields)
      const { topicId } = assignment!.topicPartitions[0]!
      await group.join('b', [topic], fields)
      await group.describe()
      await group.beat('b', 3)
      const { assignment: kept } = await group.beat('a', 2)
      await group.describe()
      await group.beat('a', 2, { topicPartitions: [{ topicId, partitions: [0, 1] }] })
      await group.commit('a', 2, topic, 9, kept!.topicPartitions[0]!.partitions[0])
      await group.beat('a', 2, { topicPartitions: kept!.topicPartitions })
      await group.beat('a', 2, { topicPartitions: kept!.topicPartitions })
      await group.beat('a', 2)
      await group.beat('b', 3)
      await group.describe()
      await group.commit('a', 2, topic, 9, kept!.topicPartitions[0]!.partitions[0])
      await group.commit('a', 2, topic, 9, 1 - kept!.topicPartitions[0]!.partitions[0]!)
      await group.commit('a', 3, topic, 9, 0)
      await group.commit('a', 4, topic, 9, 0)
      await group.beat('b', -1)
      await group.describe()
      await group.beat('a', 3)
      await group.describe()
    })
  }

  sameAnswers('static members', async (broker) => {
    const group = await new Script(broker, 'static').coordinate()
    const topic = await broker.topic('static', { partitions: 2 })
    const fields = { instanceId: 'i' }
    await group.join('a', [topic], fields)
    await group.join('b', [topic], fields)
    await group.join('a', [topic], fields)
    await group.beat('b', 2, fields)
    await group.beat('a', 2)
    await group.beat('b', -2, fields)
    await group.beat('a', -2, fields)
    await group.describe()
    await group.beat('a', 2, fields)
    await group.join('b', [topic], fields)
    await group.describe()
    await group.beat('a', 2, fields)
    await group.commit('b', 2, topic)
    await group.beat('b', -1, fields)
    await group.describe()
  })

  sameAnswers('committed offsets', async (broker) => {
    const group = await new Script(broker, 'offsets').coordinate()
    const [topic, other] = [await broker.topic('offsets'), await broker.topic('offsets-other')]
    await group.join('a', [topic])
    for (const version of [2, 7, 8, 9]) await group.commit('a', 2, topic, version)
    await group.commit('a', 1, topic)
    await group.commit('a', 3, topic)
    await group.commit('b', 2, topic)
    await group.commit('', -1, topic)
    await group.commit('a', 2, other)
    await group.fetch('a', 2, topic)
    await group.fetch('a', 1, topic)
    await group.fetch('b', 2, topic)
    await group.fetch(null, -1, topic)
    const forget = (name: string) => ({
      groupId: group.groupId,
      topics: [{ name, partitions: [{ partitionIndex: 0 }] }],
    })
    await broker.ask(offsetDelete, 0, forget(topic))
    await broker.ask(offsetDelete, 0, forget(other))
    await broker.ask(deleteGroups, 2, { groupsNames: [group.groupId] })
    await group.beat('a', -1)
    await group.fetch('a', 2, topic)
    await group.commit('', -1, topic)
    await group.fetch(null, -1, topic)
    await broker.ask(offsetDelete, 0, forget(topic))
  })

  sameAnswers('seen through the classic requests', async (broker) => {
    const group = await new Script(broker, 'seen').coordinate()
    const { groupId } = group
    const topic = await broker.topic('seen')
    await group.join('a', [topic])
    for (const version of [5, 6]) await broker.ask(describeGroups, version, { groups: [groupId] })
    const { groups } = await broker.tell(listGroups, 5, { statesFilter: ['stable'], typesFilter: ['Consumer'] })
    broker.note(
      'listed',
      groups.filter((each) => each.groupId === groupId),
    )
    await broker.ask(heartbeat, 4, { groupId, generationId: 1, memberId: 'a' })
    await broker.ask(syncGroup, 5, {
      groupId,
      generationId: 2,
      memberId: 'a',
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [],
    })
    await broker.ask(leaveGroup, 4, { groupId, members: [{ memberId: 'a', groupInstanceId: null, reason: null }] })
    await group.describe()
  })

  sameAnswers('empty groups change their protocol', async (broker) => {
    const group = await new Script(broker, 'changing').coordinate()
    const { groupId } = group
    const topic = await broker.topic('changing')
    await group.commit('', -1, topic)
    await group.join('a', [topic])
    await group.fetch('a', 2, topic)
    await group.beat('a', -1)
    const classic = { groupId, sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000, protocolType: 'consumer' }
    const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }]
    const joined = await broker.ask(joinGroup, 3, { ...classic, memberId: '', protocols })
    await broker.ask(joinGroup, 3, { ...classic, memberId: 'nobody', protocols })
    await group.beat('b', 2)
    await group.fetch(null, -1, topic)
    await broker.ask(describeGroups, 5, { groups: [groupId] })
    await broker.ask(leaveGroup, 2, { groupId, memberId: joined.memberId })
    await group.join('b', [topic])
    await group.describe()
  })

  sameAnswers('the feature', async (broker) => {
    const { supportedFeatures, finalizedFeatures } = await broker.tell(apiVersions, 4, {
      clientSoftwareName: 'a',
      clientSoftwareVersion: '1',
    })
    const only = (features: ReadonlyArray<{ name: string }>) => features.filter(({ name }) => name === 'group.version')
    broker.note('features', [only(supportedFeatures), only(finalizedFeatures)])
  })
})
