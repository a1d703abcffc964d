import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Api, SupportedApi } from '../core/api.ts'
import type { Broker, ConnectionInfo, RequestContext } from '../core/broker.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { RafkaError } from '../core/errors.ts'
import type { Hook } from '../core/hook.ts'
import { type Logger, silentLogger } from '../core/log.ts'
import type { Credentials } from '../core/sasl.ts'
import type { StorageEngine } from '../core/storage-engine.ts'
import type { BrokerState } from './broker-state.ts'
import { BrokerConfigs } from './configs/config-values.ts'
import { UserCredentials } from './credentials/user-credentials.ts'
import { Dispatcher } from './dispatcher.ts'
import { entryKeys, parseEntry, putEntry, readEntry } from './entries.ts'
import { FetchSessions } from './fetches/fetch-sessions.ts'
import { GroupRegistry } from './groups/group-registry.ts'
import { handlers } from './handlers/index.ts'
import { type HookFailureEffect, HookRunner } from './hooks/hook-runner.ts'
import { type CompactedPartition, Maintenance } from './maintenance.ts'
import { ProducerIds } from './producer-ids.ts'
import { randomTopicId } from './topics/topic-id.ts'
import { Topics } from './topics/topics.ts'
import { holdOffsets } from './transactions/transaction-offsets.ts'
import { TransactionSweep } from './transactions/transaction-sweep.ts'
import { Transactions } from './transactions/transactions.ts'

export interface BrokerOptions {
  /** Open, and the broker's alone. The broker closes it. */
  readonly storage: StorageEngine
  /** Where the engine keeps its data, for DescribeLogDirs; by default the engine's name. */
  readonly dataDirectory?: string | undefined
  /** Configs of the broker, by Kafka's names. */
  readonly configs?: Readonly<Record<string, string>> | undefined
  readonly hooks?: readonly Hook[] | undefined
  /** Default: 5,000 ms. */
  readonly hookTimeoutMs?: number | undefined
  /** Default: `refuse`. */
  readonly onHookFailure?: HookFailureEffect | undefined
  readonly clock?: Clock | undefined
  readonly logger?: Logger | undefined
}

/** A running broker. */
export interface BrokerHandle extends Broker {
  readonly clusterId: string
  readonly nodeId: number
  /** The address for connections that bring none of their own (embedded clients). */
  advertise(address: { readonly host: string; readonly port: number }): void
  /**
   * Compacts these topics now; with `dryRun` only tells what would become of them.
   * @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION`; `POLICY_VIOLATION` for one whose `cleanup.policy` is without `compact`
   */
  compact(topics: readonly string[], options?: { readonly dryRun?: boolean }): Promise<CompactedPartition[]>
  /** Deletes now what retention lets go. */
  retain(): Promise<void>
}

/**
 * Starts a broker on an open storage engine: reads its state, runs the `onStart` hooks and begins with maintenance.
 * @throws RafkaError `INVALID_CONFIGURATION`, `STORAGE_CORRUPT`, `KAFKA_STORAGE_ERROR`
 */
export async function createBroker(options: BrokerOptions): Promise<BrokerHandle> {
  const { storage, clock = systemClock, logger = silentLogger } = options
  const configs = new BrokerConfigs(options.configs)
  const hooks = new HookRunner(options.hooks ?? [], {
    timeoutMs: options.hookTimeoutMs ?? 5_000,
    onFailure: options.onHookFailure ?? 'refuse',
    clock,
    logger,
  })
  const topics = new Topics(storage, configs, {
    created: ({ name, logs }) => hooks.look('onTopicCreated', { name, partitions: logs.length }),
    deleted: ({ name, id }) => {
      hooks.look('onTopicDeleted', { name })
      void groups.forgetTopic(id)
    },
  })
  const groups: GroupRegistry = new GroupRegistry({ storage, clock, configs, topics, hooks, logger })
  const producerIds = new ProducerIds(storage)
  const transactions = new Transactions(storage)
  const closing = new AbortController()
  // Every waiting fetch listens to it: the connections bound their number, not Node's default of ten.
  setMaxListeners(0, closing.signal)
  const address = { host: '127.0.0.1', port: 9092 }
  configs.setDynamic(
    new Map(Object.entries((await readEntry<Record<string, string>>(storage, entryKeys.configs)) ?? {})),
  )
  for (const [key, value] of await storage.entries(entryKeys.groupConfigs)) {
    const groupId = JSON.parse(key.slice(entryKeys.groupConfigs.length)) as string
    configs.setGroup(groupId, new Map(Object.entries(parseEntry<Record<string, string>>(key, value))))
  }
  const identity = await loadIdentity(storage)
  const credentials = new UserCredentials(storage, Buffer.from(identity.secret, 'base64'))
  await credentials.load()
  await topics.load()
  await producerIds.load()
  await transactions.load()
  await groups.load()
  const state: BrokerState = {
    storage,
    clock,
    logger,
    configs,
    topics,
    producerIds,
    transactions,
    fetchSessions: new FetchSessions(),
    groups,
    credentials,
    hooks,
    clusterId: identity.clusterId,
    nodeId: configs.number('broker.id'),
    dataDirectory: options.dataDirectory ?? storage.name,
    apis: handlers,
    advertised: (connection) => connection.advertised ?? address,
    closing: closing.signal,
  }
  for (const transaction of transactions.all()) holdOffsets(state, transaction.state)
  const broker = new RunningBroker(state, closing, address)
  await hooks.runAll('onStart')
  broker.maintenance.start()
  broker.transactionSweep.start()
  return broker
}

class RunningBroker implements BrokerHandle {
  readonly maintenance: Maintenance
  readonly transactionSweep: TransactionSweep
  readonly #state: BrokerState
  readonly #dispatcher: Dispatcher
  readonly #closing: AbortController
  readonly #address: { host: string; port: number }
  readonly #underWay = new Set<Promise<unknown>>()
  #closed: Promise<void> | undefined

  constructor(state: BrokerState, closing: AbortController, address: { host: string; port: number }) {
    this.#state = state
    this.#closing = closing
    this.#address = address
    this.#dispatcher = new Dispatcher(state, handlers)
    this.maintenance = new Maintenance(state)
    this.transactionSweep = new TransactionSweep(state)
  }

  get apis(): readonly SupportedApi[] {
    return this.#state.apis
  }

  /** An engine has its own copy when a commit settles, and answers come after that. Hooks may keep what they see. */
  get releasesBuffers(): boolean {
    return this.#state.hooks.isEmpty
  }

  get credentials(): Credentials {
    return this.#state.credentials
  }

  get clusterId(): string {
    return this.#state.clusterId
  }

  get nodeId(): number {
    return this.#state.nodeId
  }

  advertise({ host, port }: { readonly host: string; readonly port: number }): void {
    this.#address.host = host
    this.#address.port = port
  }

  async handle<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    context: RequestContext,
  ): Promise<Response | null> {
    if (this.#closing.signal.aborted) throw new RafkaError('CLOSED', 'the broker is shutting down')
    const answer = this.#dispatcher.dispatch(api, request as object, context)
    this.#underWay.add(answer)
    try {
      return (await answer) as Response | null
    } finally {
      this.#underWay.delete(answer)
    }
  }

  connected(connection: ConnectionInfo): void {
    this.#state.hooks.look('onConnect', connection)
  }

  disconnected(connection: ConnectionInfo): void {
    this.#state.hooks.look('onDisconnect', connection)
  }

  async compact(topics: readonly string[], options: { readonly dryRun?: boolean } = {}): Promise<CompactedPartition[]> {
    const unknown = topics.find((name) => this.#state.topics.get(name) === undefined)
    if (unknown !== undefined) throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${unknown}" does not exist`)
    // Records without a key, which other topics are full of, would all go.
    const kept = topics.find((name) => this.#state.topics.get(name)?.settings.compact === false)
    if (kept !== undefined) {
      const message = `topic "${kept}" is not one that is compacted: its cleanup.policy is without compact`
      throw new RafkaError('POLICY_VIOLATION', message, { details: { topic: kept } })
    }
    return this.maintenance.compact(topics, options.dryRun ?? false)
  }

  retain(): Promise<void> {
    return this.maintenance.retain()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#closing.abort()
    this.#state.groups.close()
    await this.maintenance.stop()
    await this.transactionSweep.stop()
    await Promise.allSettled(this.#underWay)
    await this.#state.hooks.runAll('onStop')
    await this.#state.storage.close()
  }
}

/** Who this broker is, made up at its first start. */
interface Identity {
  readonly clusterId: string
  /** Base64. */
  readonly secret: string
}

async function loadIdentity(storage: StorageEngine): Promise<Identity> {
  const known = await readEntry<Partial<Identity>>(storage, entryKeys.identity)
  const identity = {
    clusterId: known?.clusterId ?? randomTopicId(),
    secret: known?.secret ?? randomBytes(32).toString('base64'),
  }
  if (known?.secret === undefined) await storage.commit([putEntry(entryKeys.identity, identity)])
  return identity
}
