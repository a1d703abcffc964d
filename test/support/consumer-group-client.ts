import type { RequestContext } from '../../src/core/broker.ts'
import type { RequestOf, ResponseOf } from '../../src/protocol/api.ts'
import { consumerGroupDescribe } from '../../src/protocol/apis/consumer-group-describe.ts'
import { consumerGroupHeartbeat } from '../../src/protocol/apis/consumer-group-heartbeat.ts'
import { errorName } from '../../src/protocol/error-codes.ts'
import type { BrokerFixture } from './broker-fixture.ts'

type Heartbeat = RequestOf<typeof consumerGroupHeartbeat>
type TopicPartitions = NonNullable<Heartbeat['topicPartitions']>

/** What a test looks at of an answer to a heartbeat. */
export interface Beat {
  readonly error: ReturnType<typeof errorName>
  readonly message: string | null
  readonly memberId: string | null
  readonly epoch: number
  readonly intervalMs: number
  /** Partitions by topic id; null: none was told. */
  readonly assigned: Readonly<Record<string, readonly number[]>> | null
}

/** One who speaks the new protocol to one group: it keeps its epoch, and takes and gives up partitions when it is told to and a test says so. */
export class ConsumerGroupMember {
  readonly broker: BrokerFixture
  readonly id: string
  readonly groupId: string
  readonly instanceId: string | null
  epoch = 0
  /** What it was told to have, and says that it has: by topic id. */
  owned: Readonly<Record<string, readonly number[]>> = {}

  constructor(broker: BrokerFixture, id: string, { groupId = 'g', instanceId = null as string | null } = {}) {
    this.broker = broker
    this.id = id
    this.groupId = groupId
    this.instanceId = instanceId
  }

  /** One request as it is written; its answer changes nothing here. */
  async send(fields: Partial<Heartbeat> = {}, context: Partial<RequestContext> = {}): Promise<Beat> {
    const request = consumerGroupHeartbeat.request.create({
      groupId: this.groupId,
      memberId: this.id,
      memberEpoch: this.epoch,
      instanceId: this.instanceId,
      ...fields,
    })
    return beatOf(await this.broker.ask(consumerGroupHeartbeat, request, context))
  }

  async join(topics: readonly string[] | null, fields: Partial<Heartbeat> = {}): Promise<Beat> {
    return this.#take(
      await this.send({
        memberEpoch: 0,
        rebalanceTimeoutMs: 60_000,
        subscribedTopicNames: topics === null ? null : [...topics],
        topicPartitions: [],
        ...fields,
      }),
    )
  }

  /** A sign of life; what it is told to have it has from then on. */
  async beat(fields: Partial<Heartbeat> = {}): Promise<Beat> {
    return this.#take(await this.send(fields))
  }

  /** A sign of life that says what it has. */
  tell(): Promise<Beat> {
    return this.beat({ topicPartitions: partitionsOf(this.owned) })
  }

  leave(epoch = -1): Promise<Beat> {
    return this.send({ memberEpoch: epoch })
  }

  #take(beat: Beat): Beat {
    if (beat.error === 'NONE') {
      this.epoch = beat.epoch
      this.owned = beat.assigned ?? this.owned
    }
    return beat
  }
}

/** Lets members beat, each saying what it has, until nothing changes any more. */
export async function settle(...members: readonly ConsumerGroupMember[]): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const before = JSON.stringify(members.map(({ epoch, owned }) => [epoch, owned]))
    for (const member of members) await member.tell()
    if (JSON.stringify(members.map(({ epoch, owned }) => [epoch, owned])) === before) return
  }
  throw new Error('the group does not come to rest')
}

/** How the broker describes a group of the new protocol. */
export async function describedGroup(broker: BrokerFixture, groupId = 'g') {
  const { groups } = await broker.ask(
    consumerGroupDescribe,
    consumerGroupDescribe.request.create({ groupIds: [groupId], includeAuthorizedOperations: false }),
  )
  return { ...groups[0]!, error: errorName(groups[0]!.errorCode) }
}

export function partitionsOf(owned: Readonly<Record<string, readonly number[]>>): TopicPartitions {
  return Object.entries(owned).map(([topicId, partitions]) => ({ topicId, partitions: [...partitions] }))
}

function beatOf(answer: ResponseOf<typeof consumerGroupHeartbeat>): Beat {
  return {
    error: errorName(answer.errorCode),
    message: answer.errorMessage,
    memberId: answer.memberId,
    epoch: answer.memberEpoch,
    intervalMs: answer.heartbeatIntervalMs,
    assigned:
      answer.assignment === null
        ? null
        : Object.fromEntries(answer.assignment.topicPartitions.map(({ topicId, partitions }) => [topicId, partitions])),
  }
}
