import { createPartitions } from '../../src/protocol/apis/create-partitions.ts'
import { openMemoryEngine } from '../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from './broker-fixture.ts'
import { type Beat, ConsumerGroupMember, describedGroup, partitionsOf } from './consumer-group-client.ts'
import { FaultyEngine } from './faulty-engine.ts'
import { lasting } from './lasting-engine.ts'

/** What can happen to a group. `who` is one of four members, `topic` one of three. */
export type GroupEvent =
  | {
      readonly kind: 'join'
      readonly who: number
      readonly reads: readonly number[] | string
      readonly assignor: string
    }
  | { readonly kind: 'beat' | 'tell' | 'lost answer' | 'follow' | 'leave' | 'die'; readonly who: number }
  | { readonly kind: 'together'; readonly members: readonly number[] }
  | { readonly kind: 'grow' | 'delete'; readonly topic: number }
  | { readonly kind: 'restart' | 'fail' }

type Owned = ReadonlySet<string>

/** A member as its client is: what it works on changes only when it has followed what it was told. */
interface Client {
  readonly id: string
  epoch: number
  reads: readonly number[] | string
  assignor: string
  owned: Owned
  told: Owned
  isIn: boolean
  /** It does not know what the broker made of its last request, and says everything again. */
  isUnsure: boolean
}

const fenced: ReadonlySet<string> = new Set(['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID', 'GROUP_ID_NOT_FOUND'])

/** A group of the new protocol whose members do what clients do, in whatever order, on a broker that may be started again or fail to write. */
export class GroupModel {
  readonly #engine: Awaited<ReturnType<typeof openMemoryEngine>>
  readonly #clients: Client[]
  readonly #topics = new Map<number, number>()
  #faulty!: FaultyEngine
  #broker!: BrokerFixture

  private constructor(engine: Awaited<ReturnType<typeof openMemoryEngine>>) {
    this.#engine = engine
    this.#clients = ['a', 'b', 'c', 'd'].map((id) => ({
      id,
      epoch: 0,
      reads: [],
      assignor: 'uniform',
      owned: new Set(),
      told: new Set(),
      isIn: false,
      isUnsure: false,
    }))
  }

  static async start(): Promise<GroupModel> {
    const model = new GroupModel(await openMemoryEngine({ maxBytes: 2 ** 22, durability: 'none' }))
    await model.#restart()
    return model
  }

  close(): Promise<void> {
    return this.#broker.broker.close()
  }

  async apply(event: GroupEvent): Promise<void> {
    switch (event.kind) {
      case 'grow':
        return this.#grow(event.topic)
      case 'delete':
        return this.#delete(event.topic)
      case 'restart':
        await this.close()
        return this.#restart()
      case 'fail':
        this.#faulty.failCommits()
        return
      case 'together':
        await Promise.all(event.members.map((who) => this.#tell(this.#clients[who]!)))
        return
      case 'join': {
        const client = this.#clients[event.who]!
        Object.assign(client, { reads: event.reads, assignor: event.assignor })
        return this.#join(client)
      }
      case 'beat':
      case 'tell':
      case 'lost answer':
      case 'follow':
      case 'leave':
      case 'die':
        return this.#memberDoes(event.kind, this.#clients[event.who]!)
    }
  }

  /** Partitions that two members work on at once. */
  get doubled(): string[] {
    const all = this.#clients.flatMap(({ owned }) => [...owned])
    return all.filter((partition, index) => all.indexOf(partition) !== index)
  }

  /** Lets all members do their part until nothing changes. @returns what the group looks like then, and what it should */
  async settle() {
    await this.#passSession()
    for (let round = 0; round < 30; round++) {
      const before = this.#seen()
      for (const client of this.#clients) {
        if (!client.isIn) continue
        if (client.epoch === 0) await this.#join(client)
        this.#follow(client)
        await this.#tell(client)
      }
      if (before === this.#seen() && this.#clients.every(({ isUnsure }) => !isUnsure)) break
    }
    const members = this.#clients.filter(({ isIn }) => isIn)
    const { groupState, members: known } = await describedGroup(this.#broker)
    return {
      actual: {
        state: groupState,
        members: known.map(({ memberId }) => memberId).sort(),
        shared: this.#clients.reduce((count, { owned }) => count + owned.size, 0),
      },
      wanted: {
        state: members.length === 0 ? groupState : 'Stable',
        members: members.map(({ id }) => id),
        shared: this.#wanted(members),
      },
    }
  }

  #seen(): string {
    return JSON.stringify(
      this.#clients.map(({ epoch, owned, told, isUnsure }) => [epoch, [...owned].sort(), [...told].sort(), isUnsure]),
    )
  }

  async #memberDoes(kind: 'beat' | 'tell' | 'lost answer' | 'follow' | 'leave' | 'die', client: Client): Promise<void> {
    if (!client.isIn || client.epoch === 0) return
    const member = this.#member(client)
    if (kind === 'beat') this.#take(client, await member.send(client.isUnsure ? this.#everything(client) : {}))
    if (kind === 'tell') await this.#tell(client)
    if (kind === 'lost answer') {
      client.isUnsure = true
      await member.send(this.#everything(client))
    }
    if (kind === 'follow') this.#follow(client)
    if (kind === 'leave') {
      this.#forget(client, false)
      await member.leave()
    }
    if (kind === 'die') {
      this.#forget(client, false)
      await this.#passSession()
    }
  }

  /** Whoever is not heard of any more is gone then; the others are heard of half way. */
  async #passSession(): Promise<void> {
    for (let half = 0; half < 2; half++) {
      this.#broker.clock.advance(22_500)
      for (const client of this.#clients) await this.#tell(client)
    }
  }

  async #join(client: Client): Promise<void> {
    this.#forget(client, true)
    this.#take(client, await this.#member(client).send(this.#everything(client)))
  }

  #everything(client: Client) {
    const { reads } = client
    return {
      rebalanceTimeoutMs: 2 ** 31 - 1,
      subscribedTopicNames: typeof reads === 'string' ? [] : reads.map(topicName),
      subscribedTopicRegex: typeof reads === 'string' ? reads : '',
      serverAssignor: client.assignor,
      topicPartitions: this.#ownedBy(client),
    }
  }

  async #tell(client: Client): Promise<void> {
    if (!client.isIn || client.epoch === 0) return
    const hasFollowed = [...client.owned, ...client.told].every((one) => client.owned.has(one) && client.told.has(one))
    const changed = hasFollowed ? { topicPartitions: this.#ownedBy(client) } : {}
    this.#take(client, await this.#member(client).send(client.isUnsure ? this.#everything(client) : changed))
  }

  /** Gives up what it is not to have; takes what it is to have. */
  #follow(client: Client): void {
    client.owned = client.told
  }

  #take(client: Client, { error, epoch, assigned }: Beat): void {
    if (fenced.has(error)) {
      this.#forget(client, true)
      return
    }
    client.isUnsure = error !== 'NONE'
    if (client.isUnsure) return
    client.epoch = epoch
    if (assigned !== null) client.told = new Set(partitionNames(assigned))
  }

  #forget(client: Client, isIn: boolean): void {
    Object.assign(client, { epoch: 0, owned: new Set(), told: new Set(), isIn, isUnsure: false })
  }

  async #grow(topic: number): Promise<void> {
    const partitions = (this.#topics.get(topic) ?? 0) + 1 + (topic % 2)
    const name = topicName(topic)
    if (!this.#topics.has(topic)) {
      const created = await this.#broker.createTopic(name, { partitions }).catch(() => undefined)
      if (created === undefined) return
    } else {
      const topics = [{ name, count: partitions, assignments: null }]
      const request = createPartitions.request.create({ topics, timeoutMs: 1000 })
      const { results } = await this.#broker.ask(createPartitions, request)
      if (results[0]!.errorCode !== 0) return
    }
    this.#topics.set(topic, partitions)
  }

  async #delete(topic: number): Promise<void> {
    if (!this.#topics.has(topic)) return
    const isDeleted = await this.#broker.deleteTopic(topicName(topic)).then(
      () => true,
      () => false,
    )
    if (isDeleted) this.#topics.delete(topic)
  }

  async #restart(): Promise<void> {
    this.#faulty = new FaultyEngine(lasting(this.#engine))
    this.#broker = await startBroker({ storage: this.#faulty })
  }

  #member({ id, epoch }: Client): ConsumerGroupMember {
    const member = new ConsumerGroupMember(this.#broker, id)
    member.epoch = epoch
    return member
  }

  /** What it has, and what it is about to have: nobody else may get that either. */
  #ownedBy({ owned, told }: Client) {
    const byTopic: Record<string, number[]> = {}
    for (const name of new Set([...owned, ...told])) {
      const [topicId, partition] = name.split('/') as [string, string]
      byTopic[topicId] = [...(byTopic[topicId] ?? []), Number(partition)]
    }
    return partitionsOf(byTopic)
  }

  /** As many partitions of each topic that somebody reads as it has: their ids are the broker's. */
  #wanted(members: readonly Client[]): number {
    let count = 0
    for (const [topic, partitions] of this.#topics) {
      const isRead = members.some(({ reads }) =>
        typeof reads === 'string' ? new RegExp(`^(?:${reads})$`).test(topicName(topic)) : reads.includes(topic),
      )
      if (isRead) count += partitions
    }
    return count
  }
}

function topicName(topic: number): string {
  return `topic-${topic}`
}

function partitionNames(assigned: Readonly<Record<string, readonly number[]>>): string[] {
  return Object.entries(assigned).flatMap(([topicId, partitions]) => partitions.map((one) => `${topicId}/${one}`))
}
