import { describe } from 'vitest'
import type { RequestOf } from '../../src/protocol/api.ts'
import { deleteGroups } from '../../src/protocol/apis/delete-groups.ts'
import { describeGroups } from '../../src/protocol/apis/describe-groups.ts'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { heartbeat } from '../../src/protocol/apis/heartbeat.ts'
import { joinGroup } from '../../src/protocol/apis/join-group.ts'
import { leaveGroup } from '../../src/protocol/apis/leave-group.ts'
import { offsetCommit } from '../../src/protocol/apis/offset-commit.ts'
import { offsetDelete } from '../../src/protocol/apis/offset-delete.ts'
import { offsetFetch } from '../../src/protocol/apis/offset-fetch.ts'
import { syncGroup } from '../../src/protocol/apis/sync-group.ts'
import { type Compared, sameAnswers } from './compared.ts'

type Join = RequestOf<typeof joinGroup>

const MEMBER_ID_REQUIRED = 79
const NOT_READY = [14, 15, 16]

function joining(groupId: string, more: Partial<Join> = {}): Partial<Join> {
  return {
    groupId,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from('meta') }],
    ...more,
  }
}

/** Kafka makes its log of offsets when somebody first looks for who leads it. */
async function coordinate(broker: Compared, groupId: string): Promise<void> {
  await broker.askUntil(findCoordinator, 2, { key: groupId, keyType: 0 }, ({ errorCode }) => errorCode === 0)
  for (let attempt = 0; attempt < 500; attempt++) {
    const { errorCode } = await broker.tell(heartbeat, 3, { groupId, generationId: 1, memberId: 'x' })
    if (!NOT_READY.includes(errorCode)) return
  }
}

/** Joins as the only member, and brings the assignment. */
async function alone(broker: Compared, groupId: string, more: Partial<Join> = {}) {
  let joined = await broker.ask(joinGroup, 5, joining(groupId, more))
  if (joined.errorCode === MEMBER_ID_REQUIRED) {
    joined = await broker.ask(joinGroup, 5, joining(groupId, { ...more, memberId: joined.memberId }))
  }
  const { memberId, generationId } = joined
  await broker.ask(syncGroup, 3, {
    groupId,
    generationId,
    memberId,
    groupInstanceId: more.groupInstanceId ?? null,
    assignments: [{ memberId, assignment: Buffer.from('mine') }],
  })
  return { memberId, generationId }
}

describe('groups', () => {
  sameAnswers('joining, in every version', async (broker) => {
    for (const version of [0, 1, 2, 3, 4, 5, 7, 9]) {
      const groupId = `join-${version}-${broker.run}`
      await coordinate(broker, groupId)
      const first = await broker.ask(joinGroup, version, joining(groupId))
      const { memberId } = first
      const generationId = first.generationId >= 0 ? first.generationId : 1
      if (first.errorCode === MEMBER_ID_REQUIRED) await broker.ask(joinGroup, version, joining(groupId, { memberId }))
      const sync = version >= 6 ? 5 : 3
      await broker.ask(syncGroup, sync, {
        groupId,
        generationId,
        memberId,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: [{ memberId, assignment: Buffer.from('mine') }],
      })
      await broker.ask(heartbeat, 3, { groupId, generationId, memberId })
      await broker.ask(describeGroups, 5, { groups: [groupId] })
      await broker.ask(leaveGroup, 2, { groupId, memberId })
      await broker.ask(describeGroups, 5, { groups: [groupId] })
    }
  })

  sameAnswers('what is refused', async (broker) => {
    const groupId = `refused-${broker.run}`
    await coordinate(broker, groupId)
    await broker.ask(joinGroup, 5, joining(''))
    await broker.ask(joinGroup, 5, joining(groupId, { sessionTimeoutMs: 5 }))
    await broker.ask(joinGroup, 5, joining(groupId, { sessionTimeoutMs: 2 ** 30 }))
    await broker.ask(joinGroup, 5, joining(groupId, { memberId: 'nobody' }))
    await broker.ask(joinGroup, 3, joining(groupId, { protocols: [] }))
    await broker.ask(joinGroup, 3, joining(groupId, { protocolType: '' }))
    const { memberId, generationId } = await alone(broker, groupId)
    await broker.ask(joinGroup, 3, joining(groupId, { protocolType: 'connect' }))
    await broker.ask(joinGroup, 3, joining(groupId, { protocols: [{ name: 'other', metadata: Buffer.alloc(0) }] }))
    for (const version of [1, 3, 4]) {
      await broker.ask(heartbeat, version, { groupId, generationId: generationId + 1, memberId })
      await broker.ask(heartbeat, version, { groupId, generationId, memberId: 'nobody' })
      await broker.ask(heartbeat, version, { groupId: `nothing-${broker.run}`, generationId, memberId })
      await broker.ask(heartbeat, version, { groupId: '', generationId, memberId })
    }
    await broker.ask(syncGroup, 3, { groupId, generationId: 77, memberId, assignments: [] })
    await broker.ask(syncGroup, 3, { groupId, generationId, memberId: 'nobody', assignments: [] })
    await broker.ask(syncGroup, 5, {
      groupId,
      generationId,
      memberId,
      protocolType: 'consumer',
      protocolName: 'other',
      assignments: [],
    })
    await broker.ask(syncGroup, 3, { groupId, generationId, memberId, assignments: [] })
    await broker.ask(leaveGroup, 2, { groupId, memberId: 'nobody' })
    await broker.ask(leaveGroup, 3, {
      groupId,
      members: [{ memberId: 'nobody' }, { memberId: '', groupInstanceId: 'none' }].map((each) => ({
        groupInstanceId: null,
        reason: null,
        ...each,
      })),
    })
    await broker.ask(deleteGroups, 2, { groupsNames: [groupId, `nothing-${broker.run}`, ''] })
    await broker.ask(leaveGroup, 2, { groupId, memberId })
    await broker.ask(deleteGroups, 2, { groupsNames: [groupId] })
    await broker.ask(describeGroups, 5, { groups: [groupId] })
    await broker.ask(describeGroups, 6, { groups: [groupId] })
  })

  sameAnswers('two members', async (broker) => {
    const groupId = `two-${broker.run}`
    await coordinate(broker, groupId)
    const first = await alone(broker, groupId)
    const second = await broker.begin(joinGroup, 3, joining(groupId))
    for (;;) {
      const { errorCode } = await broker.tell(heartbeat, 3, { groupId, ...first })
      if (errorCode === 27) break
    }
    await broker.ask(heartbeat, 3, { groupId, ...first })
    await broker.ask(offsetCommit, 7, {
      groupId,
      generationIdOrMemberEpoch: first.generationId,
      memberId: first.memberId,
      topics: [],
    })
    const again = await broker.begin(joinGroup, 5, joining(groupId, { memberId: first.memberId }))
    const [leader, follower] = [await again.settle(), await second.settle()]
    const waiting = await broker.begin(syncGroup, 3, {
      groupId,
      generationId: follower.generationId,
      memberId: follower.memberId,
      assignments: [],
    })
    await broker.ask(syncGroup, 3, {
      groupId,
      generationId: leader.generationId,
      memberId: leader.memberId,
      assignments: [
        { memberId: leader.memberId, assignment: Buffer.from('first') },
        { memberId: follower.memberId, assignment: Buffer.from('second') },
      ],
    })
    await waiting.settle()
    await broker.ask(leaveGroup, 2, { groupId, memberId: leader.memberId })
    await broker.ask(heartbeat, 3, { groupId, generationId: follower.generationId, memberId: follower.memberId })
  })

  sameAnswers('static members', async (broker) => {
    const groupId = `static-${broker.run}`
    await coordinate(broker, groupId)
    const old = await alone(broker, groupId, { groupInstanceId: 'one' })
    const next = await alone(broker, groupId, { groupInstanceId: 'one' })
    await broker.ask(heartbeat, 3, { groupId, ...old, groupInstanceId: 'one' })
    await broker.ask(heartbeat, 3, { groupId, ...next, groupInstanceId: 'one' })
    await broker.ask(heartbeat, 3, { groupId, ...next, groupInstanceId: 'other' })
    await broker.ask(joinGroup, 5, joining(groupId, { memberId: old.memberId, groupInstanceId: 'one' }))
    await broker.ask(leaveGroup, 4, {
      groupId,
      members: [
        { memberId: old.memberId, groupInstanceId: 'one', reason: null },
        { memberId: '', groupInstanceId: 'one', reason: null },
      ],
    })
    await broker.ask(describeGroups, 5, { groups: [groupId] })
  })
})

describe('committed offsets', () => {
  const topicsOf = (name: string, ...offsets: number[]) => [
    {
      name,
      topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
      partitions: offsets.map((committedOffset, partitionIndex) => ({
        partitionIndex,
        committedOffset,
        committedLeaderEpoch: -1,
        committedMetadata: `m${committedOffset}`,
      })),
    },
  ]

  sameAnswers('kept, given and taken away', async (broker) => {
    const groupId = `offsets-${broker.run}`
    const topic = await broker.topic('offsets', { partitions: 2 })
    await coordinate(broker, groupId)
    for (const version of [1, 2, 5, 7]) {
      await broker.ask(offsetFetch, version, { groupId, topics: [{ name: topic, partitionIndexes: [0, 1, 9] }] })
    }
    for (const version of [2, 5, 7, 9])
      await broker.ask(offsetCommit, version, { groupId, topics: topicsOf(topic, version, version + 1) })
    for (const version of [1, 3, 7]) {
      await broker.ask(offsetFetch, version, { groupId, topics: [{ name: topic, partitionIndexes: [0, 1, 9] }] })
    }
    await broker.ask(offsetFetch, 7, { groupId, topics: null })
    await broker.ask(offsetFetch, 8, {
      groups: [groupId, `nothing-${broker.run}`].map((id) => ({
        groupId: id,
        memberId: null,
        memberEpoch: -1,
        topics: null,
      })),
    })
    await broker.ask(offsetCommit, 7, { groupId, topics: topicsOf(`missing-${broker.run}`, 1) })
    await broker.ask(offsetCommit, 7, { groupId, topics: topicsOf(topic, 1, 2, 3) })
    await broker.ask(offsetCommit, 7, { groupId: '', topics: topicsOf(topic, 1) })
    await broker.ask(offsetCommit, 7, {
      groupId,
      generationIdOrMemberEpoch: 5,
      memberId: 'x',
      topics: topicsOf(topic, 1),
    })
    const [entry] = topicsOf(topic, 1)
    const long = { ...entry!, partitions: [{ ...entry!.partitions[0]!, committedMetadata: 'x'.repeat(5000) }] }
    await broker.ask(offsetCommit, 7, { groupId, topics: [long] })
    await broker.ask(describeGroups, 5, { groups: [groupId] })
    const forget = (partitions: number[], name = topic) => ({
      groupId,
      topics: [{ name, partitions: partitions.map((partitionIndex) => ({ partitionIndex })) }],
    })
    await broker.ask(offsetDelete, 0, forget([1, 9]))
    await broker.ask(offsetDelete, 0, forget([0], `missing-${broker.run}`))
    await broker.ask(offsetDelete, 0, { ...forget([0]), groupId: `nothing-${broker.run}` })
    await broker.ask(offsetFetch, 7, { groupId, topics: null })
    await broker.ask(deleteGroups, 2, { groupsNames: [groupId] })
    await broker.ask(offsetFetch, 7, { groupId, topics: null })
  })

  sameAnswers('committed by members', async (broker) => {
    const groupId = `member-offsets-${broker.run}`
    const topic = await broker.topic('member-offsets')
    await coordinate(broker, groupId)
    const { memberId, generationId } = await alone(broker, groupId)
    const commit = (by: { memberId?: string; generation?: number; version?: number }) =>
      broker.ask(offsetCommit, by.version ?? 7, {
        groupId,
        memberId: by.memberId ?? memberId,
        generationIdOrMemberEpoch: by.generation ?? generationId,
        topics: topicsOf(topic, 3),
      })
    await commit({})
    await commit({ version: 2 })
    await commit({ version: 9 })
    await commit({ generation: generationId + 1 })
    await commit({ memberId: 'nobody' })
    await commit({ memberId: '', generation: -1 })
    await broker.ask(offsetDelete, 0, { groupId, topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }] })
  })
})
