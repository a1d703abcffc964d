import { describe, expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../../src/client/create-client.ts'
import { brokerDialer } from '../../../src/client/transports/broker-dialer.ts'
import type { KafkaErrorName } from '../../../src/core/errors.ts'
import type { ConsumerOptions } from '../../../src/core/rafka.ts'
import type { RequestOf } from '../../../src/protocol/api.ts'
import { consumerGroupHeartbeat } from '../../../src/protocol/apis/consumer-group-heartbeat.ts'
import { findCoordinator } from '../../../src/protocol/apis/find-coordinator.ts'
import { heartbeat } from '../../../src/protocol/apis/heartbeat.ts'
import { joinGroup } from '../../../src/protocol/apis/join-group.ts'
import { leaveGroup } from '../../../src/protocol/apis/leave-group.ts'
import { offsetCommit } from '../../../src/protocol/apis/offset-commit.ts'
import { offsetFetch } from '../../../src/protocol/apis/offset-fetch.ts'
import { syncGroup } from '../../../src/protocol/apis/sync-group.ts'
import { decodeSubscription, encodeAssignment } from '../../../src/protocol/consumer-protocol.ts'
import { errorCode } from '../../../src/protocol/error-codes.ts'
import { zeroUuid } from '../../../src/protocol/uuid.ts'
import type { Script } from '../../support/scripted-broker.ts'
import { scriptedCluster } from '../../support/scripted-cluster.ts'
import { withScripts } from '../../support/scripted-group.ts'

type Heartbeat = RequestOf<typeof consumerGroupHeartbeat>
type Commit = RequestOf<typeof offsetCommit>

const code = (error: KafkaErrorName | 'NONE') => (error === 'NONE' ? 0 : errorCode(error))

/** What coordinators answer to everybody. */
function coordination(commits: Commit[] = []): Record<string, Script> {
  return {
    FindCoordinator: ({ coordinatorKeys }: RequestOf<typeof findCoordinator>) =>
      findCoordinator.response.create({
        coordinators: coordinatorKeys.map((key) => ({
          key,
          nodeId: 7,
          host: 'scripted',
          port: 1,
          errorCode: 0,
          errorMessage: null,
        })),
      }),
    OffsetFetch: ({ groups }: RequestOf<typeof offsetFetch>) =>
      offsetFetch.response.create({ groups: groups.map(({ groupId }) => ({ groupId, topics: [], errorCode: 0 })) }),
    OffsetCommit: (request: Commit) => {
      commits.push(request)
      return offsetCommit.response.create({
        topics: request.topics.map(({ name, topicId, partitions }) => ({
          name,
          topicId,
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
        })),
      })
    },
  }
}

/** A consumer of topic `t`, which has four partitions, whose loop runs until it is closed. */
function consume(scripts: Record<string, Script>, options: Partial<ConsumerOptions> = {}) {
  const events: string[] = []
  const { broker } = scriptedCluster({ t: 4 })
  const client = createClient({ dialer: brokerDialer(withScripts(broker, scripts)) })
  onTestFinished(() => client.close())
  const told = (sign: string) => (partitions: ReadonlyArray<{ readonly partition: number }>) =>
    void events.push(`${sign}${partitions.map(({ partition }) => partition).join()}`)
  const consumer = client.consumer({
    topics: ['t'],
    group: 'g',
    heartbeatIntervalMs: 5,
    onAssigned: told('+'),
    onRevoked: told('-'),
    onLost: told('!'),
    ...options,
  })
  const ended = (async () => {
    for await (const _ of consumer);
  })()
  ended.catch(() => {})
  return { consumer, events, ended }
}

describe('a member of a group of the new protocol', () => {
  /** Answers heartbeats one after the other; the last answer again and again. */
  function coordinator(answers: Array<{ error?: KafkaErrorName; epoch?: number; partitions?: number[] }>) {
    const beats: Heartbeat[] = []
    let next = 0
    const script: Script = (request: Heartbeat) => {
      beats.push(request)
      const answer = answers[Math.min(next, answers.length - 1)] ?? {}
      if (request.memberEpoch >= 0) next += 1
      const { error = 'NONE', epoch = 1, partitions } = answer
      return consumerGroupHeartbeat.response.create({
        errorCode: code(error),
        memberId: request.memberId,
        memberEpoch: epoch,
        heartbeatIntervalMs: 5,
        assignment: partitions === undefined ? null : { topicPartitions: [{ topicId: zeroUuid, partitions }] },
      })
    }
    return { beats, script }
  }

  const protocol = { groupProtocol: 'consumer', serverAssignor: 'range' } as const

  test('says everything when it joins, then only what has changed', async () => {
    const { beats, script } = coordinator([{ partitions: [0, 1] }, {}, {}, { epoch: 2, partitions: [1] }, {}, {}])
    const commits: Commit[] = []
    const { consumer, events } = consume({ ...coordination(commits), ConsumerGroupHeartbeat: script }, protocol)
    await expect.poll(() => events).toEqual(['+0,1', '-0'])
    await expect
      .poll(() => beats.some(({ topicPartitions }) => topicPartitions?.[0]?.partitions.length === 1))
      .toBe(true)
    expect(beats[0]).toMatchObject({
      groupId: 'g',
      memberEpoch: 0,
      rebalanceTimeoutMs: 300_000,
      subscribedTopicNames: ['t'],
      serverAssignor: 'range',
      topicPartitions: [],
    })
    const rest = beats.slice(1)
    for (const { subscribedTopicNames, serverAssignor } of rest) {
      expect([subscribedTopicNames, serverAssignor]).toEqual([null, null])
    }
    const told = rest.flatMap(({ topicPartitions }) => (topicPartitions === null ? [] : [topicPartitions]))
    expect(told).toEqual([[{ topicId: zeroUuid, partitions: [0, 1] }], [{ topicId: zeroUuid, partitions: [1] }]])
    expect(consumer.groupMetadata()).toMatchObject({ memberId: beats[0]?.memberId, generation: expect.any(Number) })
    await consumer.close()
    expect(beats.at(-1)).toMatchObject({ memberEpoch: -1, memberId: beats[0]?.memberId })
    // What was given up, and then the rest: where the group stands, though nothing was read.
    expect(new Set(commits.map(({ memberId }) => memberId))).toEqual(new Set([beats[0]?.memberId]))
    expect(events.at(-1)).toBe('-1')
  })

  test.each(['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID'] as const)('joins as a new one after %s', async (error) => {
    const { beats, script } = coordinator([
      { partitions: [2] },
      {},
      {},
      { error },
      { epoch: 5, partitions: [3] },
      { epoch: 5 },
    ])
    const { consumer, events } = consume({ ...coordination(), ConsumerGroupHeartbeat: script }, protocol)
    await expect.poll(() => events).toEqual(['+2', '!2', '+3'])
    expect(beats.filter(({ memberEpoch }) => memberEpoch === 0)).toHaveLength(2)
    await consumer.close()
  })

  test('says everything again when it does not know what became of what it said', async () => {
    const { beats, script } = coordinator([{ partitions: [0] }, {}, { error: 'COORDINATOR_NOT_AVAILABLE' }, {}])
    const { consumer, events } = consume({ ...coordination(), ConsumerGroupHeartbeat: script }, protocol)
    await expect.poll(() => beats.length).toBeGreaterThan(4)
    expect(beats[3]).toMatchObject({
      memberEpoch: 1,
      rebalanceTimeoutMs: 300_000,
      subscribedTopicNames: ['t'],
      serverAssignor: 'range',
      topicPartitions: [{ topicId: zeroUuid, partitions: [0] }],
    })
    expect(beats[4]).toMatchObject({ rebalanceTimeoutMs: -1, subscribedTopicNames: null, topicPartitions: null })
    expect(events).toEqual(['+0'])
    await consumer.close()
  })

  test('fails when it is refused for good', async () => {
    const { script } = coordinator([{ error: 'UNSUPPORTED_ASSIGNOR' }])
    const { ended } = consume({ ...coordination(), ConsumerGroupHeartbeat: script }, protocol)
    await expect(ended).rejects.toMatchObject({ code: 'UNSUPPORTED_ASSIGNOR' })
  })

  test('says that it comes back when it is a static one', async () => {
    const { beats, script } = coordinator([{ partitions: [0] }, {}])
    const options = { ...protocol, groupInstanceId: 'i' }
    const { consumer, events } = consume({ ...coordination(), ConsumerGroupHeartbeat: script }, options)
    await expect.poll(() => events).toEqual(['+0'])
    await consumer.close()
    expect(beats.at(-1)).toMatchObject({ memberEpoch: -2, instanceId: 'i' })
  })
})

describe('a member of a classic group', () => {
  /** A group of one; heartbeats are answered one after the other, then all is well. */
  function coordinator(answers: Array<KafkaErrorName | 'NONE'>) {
    const joins: Array<RequestOf<typeof joinGroup>> = []
    const left: string[] = []
    let beats = 0
    const scripts: Record<string, Script> = {
      JoinGroup: (request: RequestOf<typeof joinGroup>) => {
        joins.push(request)
        const memberId = request.memberId === '' ? `m${joins.length}` : request.memberId
        if (request.memberId === '') {
          return joinGroup.response.create({ errorCode: code('MEMBER_ID_REQUIRED'), memberId })
        }
        return joinGroup.response.create({
          generationId: joins.length,
          protocolName: 'range',
          leader: memberId,
          memberId,
          members: [{ memberId, groupInstanceId: null, metadata: request.protocols[0]!.metadata }],
        })
      },
      SyncGroup: ({ assignments }: RequestOf<typeof syncGroup>) =>
        syncGroup.response.create({ assignment: assignments[0]?.assignment ?? encodeAssignment({}) }),
      Heartbeat: () => {
        const error = answers[beats] ?? 'NONE'
        beats += 1
        return heartbeat.response.create({ errorCode: code(error) })
      },
      LeaveGroup: ({ members }: RequestOf<typeof leaveGroup>) => {
        left.push(...members.map(({ memberId }) => memberId))
        return leaveGroup.response.create({})
      },
    }
    return { joins, left, scripts }
  }

  test('joins with the id that it is given, and leaves with it', async () => {
    const { joins, left, scripts } = coordinator([])
    const { consumer, events } = consume({ ...coordination(), ...scripts })
    await expect.poll(() => events).toEqual(['+0,1,2,3'])
    expect(joins.map(({ memberId }) => memberId)).toEqual(['', 'm1'])
    expect(joins[0]).toMatchObject({ protocolType: 'consumer', sessionTimeoutMs: 45_000, rebalanceTimeoutMs: 300_000 })
    expect(joins[0]?.protocols.map(({ name }) => name)).toEqual([
      'range',
      'roundrobin',
      'RoundRobinAssigner',
      'cooperative-sticky',
    ])
    expect(decodeSubscription(joins[0]!.protocols[0]!.metadata)).toMatchObject({ topics: ['t'], generationId: -1 })
    await consumer.close()
    expect(left).toEqual(['m1'])
  })

  test('gives everything up and joins again when the group rebalances', async () => {
    const { joins, scripts } = coordinator(['NONE', 'REBALANCE_IN_PROGRESS'])
    const { consumer, events } = consume({ ...coordination(), ...scripts })
    await expect.poll(() => events).toEqual(['+0,1,2,3', '-0,1,2,3', '+0,1,2,3'])
    expect(joins.at(-1)?.memberId).toBe('m1')
    await consumer.close()
  })

  test('keeps everything while it joins again when all its assignors are cooperative', async () => {
    const { joins, scripts } = coordinator(['NONE', 'REBALANCE_IN_PROGRESS'])
    const cooperative = { ...scripts, JoinGroup: renamed(scripts.JoinGroup!, 'cooperative-sticky') }
    const options = { assignors: ['cooperative-sticky'] } as const
    const { consumer, events } = consume({ ...coordination(), ...cooperative }, options)
    await expect.poll(() => joins.length).toBe(3)
    const { ownedPartitions, generationId } = decodeSubscription(joins[2]!.protocols[0]!.metadata)
    expect({ ownedPartitions, generationId }).toEqual({
      ownedPartitions: [{ topic: 't', partitions: [0, 1, 2, 3] }],
      generationId: 2,
    })
    expect(events).toEqual(['+0,1,2,3'])
    await consumer.close()
  })

  test.each([
    ['UNKNOWN_MEMBER_ID', ''],
    ['ILLEGAL_GENERATION', 'm1'],
  ] as const)('has lost everything with %s, and joins again as "%s"', async (error, memberId) => {
    const { joins, scripts } = coordinator(['NONE', error])
    const { consumer, events } = consume({ ...coordination(), ...scripts })
    await expect.poll(() => events).toEqual(['+0,1,2,3', '!0,1,2,3', '+0,1,2,3'])
    expect(joins[2]?.memberId).toBe(memberId)
    await consumer.close()
  })

  test('asks who coordinates when that moved', async () => {
    const { scripts } = coordinator(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_LOAD_IN_PROGRESS'])
    let asked = 0
    const common = coordination()
    const counted: Script = (...args) => {
      asked += 1
      return common.FindCoordinator?.(...args)
    }
    const { consumer, events } = consume({ ...common, ...scripts, FindCoordinator: counted })
    await expect.poll(() => events).toEqual(['+0,1,2,3'])
    const before = asked
    await expect.poll(() => asked, { timeout: 5_000 }).toBe(before + 2)
    expect(events).toEqual(['+0,1,2,3'])
    await consumer.close()
  })

  test('fails when it is refused for good, and when another has its instance id', async () => {
    const full = { JoinGroup: () => joinGroup.response.create({ errorCode: code('GROUP_MAX_SIZE_REACHED') }) }
    const { ended } = consume({ ...coordination(), ...coordinator([]).scripts, ...full })
    await expect(ended).rejects.toMatchObject({ code: 'GROUP_MAX_SIZE_REACHED' })
    const fenced = consume(
      { ...coordination(), ...coordinator(['FENCED_INSTANCE_ID']).scripts },
      { groupInstanceId: 'i' },
    )
    await expect(fenced.ended).rejects.toMatchObject({ code: 'FENCED_INSTANCE_ID' })
  })
})

/** The same answer under the name of another protocol. */
function renamed(join: Script, protocolName: string): Script {
  return (...args) => ({ ...(join(...args) as object), protocolName })
}
