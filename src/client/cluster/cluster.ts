import type { Api } from '../../core/api.ts'
import { isRafkaError, RafkaError } from '../../core/errors.ts'
import { metadata } from '../../protocol/apis/metadata.ts'
import { zeroUuid } from '../../protocol/uuid.ts'
import { closedError } from '../connection-errors.ts'
import { type Dialer, defaultRequestTimeoutMs, type NodeAddress } from '../transport.ts'
import { Lane, type NodeChoice, type NodeDirectory } from './lane.ts'
import { type ClusterMetadata, readMetadata, type TopicMetadata } from './metadata.ts'
import { isWorthRetrying, type RetryBounds, retrying } from './retrying.ts'

/** Which topics to ask about; null: all. */
export interface MetadataQuery {
  readonly topics: readonly string[] | null
  /** Creates those that do not exist, where the broker's `auto.create.topics.enable` allows it. */
  readonly create?: boolean
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

/** Topics that are remembered, at most: the ones that were asked for first are forgotten first. */
const MAX_TOPICS = 10_000

/** What the clients of one `Rafka` know of the cluster: its nodes, its topics and their leaders; and the ways to them. */
export class Cluster implements NodeDirectory {
  /** For everything that is answered at once. */
  readonly main: Lane
  readonly dialer: Dialer
  readonly #firstContactMs: number
  readonly #lanes = new Set<Lane>()
  readonly #topics = new Map<string, TopicMetadata>()
  readonly #asking = new Map<string, Promise<ClusterMetadata>>()
  #nodes: ReadonlyMap<number, NodeAddress> = new Map()
  #controllerId = -1
  #contacted = false
  #closed = false

  /** @param firstContactMs how long to try before any broker ever answered */
  constructor(dialer: Dialer, firstContactMs: number) {
    this.dialer = dialer
    this.#firstContactMs = firstContactMs
    this.main = this.lane()
  }

  /** Connections of one's own: for who polls long. */
  lane(): Lane {
    if (this.#closed) throw closedError('the client')
    const lane = new Lane(this.dialer, this)
    this.#lanes.add(lane)
    return lane
  }

  async releaseLane(lane: Lane): Promise<void> {
    this.#lanes.delete(lane)
    await lane.close()
  }

  addressOf(node: number): NodeAddress | undefined {
    return this.#nodes.get(node)
  }

  addresses(): Iterable<NodeAddress> {
    return this.#nodes.values()
  }

  /** The node that admin requests go to. */
  get controller(): NodeChoice {
    return this.#nodes.has(this.#controllerId) ? this.#controllerId : 'any'
  }

  /** What was last heard of a topic, if that was good. */
  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name)
  }

  /** Who leads a partition, as last heard; undefined when nobody is known to. */
  leaderOf(topic: string, partition: number): number | undefined {
    const described = this.#topics.get(topic)?.partitions
    const found = described?.[partition]?.partition === partition ? described[partition] : undefined
    const leader = (found ?? described?.find((each) => each.partition === partition))?.leader
    return leader === undefined || leader < 0 ? undefined : leader
  }

  /** Settles when a broker answered. @throws RafkaError `BROKER_UNREACHABLE` */
  async ready(): Promise<void> {
    const bounds = { awaited: `a connection to ${this.dialer.describe()}`, timeoutMs: this.#firstContactMs }
    try {
      await this.retry(bounds, (remainingMs) => this.main.connect('any', remainingMs))
    } catch (error) {
      // The last attempt may have had no time left to learn that nobody is there.
      if (!isRafkaError(error, 'REQUEST_TIMED_OUT')) throw error
      throw new RafkaError('BROKER_UNREACHABLE', error.message, { cause: error, details: error.details })
    }
    this.#contacted = true
  }

  /** Asks for metadata once, and remembers the answer. Who asks the same at the same time shares the request. */
  refresh(query: MetadataQuery): Promise<ClusterMetadata> {
    const key = JSON.stringify([query.topics, query.create === true])
    const asking = this.#asking.get(key)
    if (asking !== undefined && query.signal === undefined) return asking
    const asked = this.#ask(query).finally(() => {
      if (this.#asking.get(key) === asked) this.#asking.delete(key)
    })
    if (query.signal === undefined) this.#asking.set(key, asked)
    return asked
  }

  /** Attempts again what may succeed later; gives up sooner while no broker has ever answered. */
  retry<T>(bounds: RetryBounds, attempt: (remainingMs: number) => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    const goOn = (error: RafkaError) => {
      if (this.#closed || !isWorthRetrying(error)) return false
      const hopeless = !this.#contacted && performance.now() - startedAt > this.#firstContactMs
      return !(hopeless && error.code === 'BROKER_UNREACHABLE')
    }
    return retrying(bounds, attempt, goOn)
  }

  /** Sends a request that is answered at once, and again while that may help. */
  call<Request, Response>(
    node: NodeChoice | (() => NodeChoice),
    api: Api<Request, Response>,
    body: Request,
    bounds: Partial<RetryBounds> & { readonly requestTimeoutMs?: number } = {},
  ): Promise<Response> {
    const { requestTimeoutMs = defaultRequestTimeoutMs, signal } = bounds
    const awaited = bounds.awaited ?? `the answer to ${api.name}`
    return this.retry({ awaited, timeoutMs: bounds.timeoutMs ?? requestTimeoutMs, signal }, async (remainingMs) => {
      const target = typeof node === 'function' ? node() : node
      return this.main.request(target, api, body, { timeoutMs: Math.min(remainingMs, requestTimeoutMs), signal })
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    const lanes = [...this.#lanes]
    this.#lanes.clear()
    await Promise.all(lanes.map((lane) => lane.close()))
  }

  async #ask({ topics, create = false, timeoutMs, signal }: MetadataQuery): Promise<ClusterMetadata> {
    const named = topics === null ? null : topics.map((name) => ({ name, topicId: zeroUuid }))
    const body = metadata.request.create({ topics: named, allowAutoTopicCreation: create })
    const answer = readMetadata(await this.main.request('any', metadata, body, { timeoutMs, signal }))
    this.#contacted = true
    this.#nodes = answer.nodes
    this.#controllerId = answer.controllerId
    for (const topic of answer.topics) this.#remember(topic)
    return answer
  }

  #remember(topic: TopicMetadata): void {
    if (topic.error !== 'NONE') {
      this.#topics.delete(topic.name)
      return
    }
    this.#topics.set(topic.name, topic)
    if (this.#topics.size <= MAX_TOPICS) return
    const [first] = this.#topics.keys()
    if (first !== undefined) this.#topics.delete(first)
  }
}
