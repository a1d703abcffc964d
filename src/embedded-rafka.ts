import type { CompactedPartition } from './broker/maintenance.ts'
import { createClient } from './client/create-client.ts'
import { brokerDialer } from './client/transports/broker-dialer.ts'
import type { Admin } from './core/admin.ts'
import type { Consumer } from './core/consumer.ts'
import { RafkaError } from './core/errors.ts'
import { silentLogger } from './core/log.ts'
import type { Producer } from './core/producer.ts'
import type { ConsumerOptions, ProducerOptions, Rafka } from './core/rafka.ts'
import { DataDirectory } from './data-directory/data-directory.ts'
import { defaultDataDirectory } from './data-directory/default-data-directory.ts'
import { openStorage } from './data-directory/open-storage.ts'
import { readOwner } from './data-directory/owner-file.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'
import type { EmbeddedRafka, EmbeddedStatus, ListenOptions, OpenOptions } from './open.ts'
import type { HostPort } from './server/listen.ts'

const DEFAULT_CLIENT_ID = 'rafka'
/** Longer than a data directory waits for its owner, whose error says more. */
const FIRST_CONTACT_MS = 15_000

/** See `open`. */
export async function openEmbedded(options: OpenOptions): Promise<EmbeddedRafka> {
  const path = pathOf(options)
  const rafka = path === undefined ? await openInMemory(options) : openDirectory(path, options)
  try {
    const { listeners = [], attach = true } = options
    if (listeners.length > 0 || !attach) await rafka.own()
    else await rafka.settle()
    for (const listener of listeners) await rafka.listen(listener)
    await rafka.ready()
    return rafka
  } catch (error) {
    await rafka.close()
    throw error
  }
}

/** @returns undefined for a broker that is in memory alone */
function pathOf({ dataDir, storage = {} }: OpenOptions): string | undefined {
  if (dataDir !== undefined && storage.path !== undefined && dataDir !== storage.path) {
    const message = `dataDir (${dataDir}) and storage.path (${storage.path}) name two directories; leave one out`
    throw new RafkaError('INVALID_ARGUMENT', message)
  }
  return dataDir ?? storage.path ?? (storage.type === 'memory' ? undefined : defaultDataDirectory())
}

function openDirectory(path: string, options: OpenOptions): Embedded {
  const { clientId = DEFAULT_CLIENT_ID } = options
  const directory = new DataDirectory(path, clientId, options)
  return new Embedded(createClient({ dialer: directory, firstContactMs: FIRST_CONTACT_MS }), directory)
}

async function openInMemory(options: OpenOptions): Promise<Embedded> {
  const { clientId = DEFAULT_CLIENT_ID, logger = silentLogger, storage = {} } = options
  const [engine, { EmbeddedBroker }] = await Promise.all([
    openStorage('memory', undefined, storage, logger),
    import('./embedded-broker.ts'),
  ])
  const broker = await EmbeddedBroker.start({ ...options, storage: engine })
  const home: Home = {
    path: undefined,
    owned: broker,
    own: async () => broker,
    settle: async () => {},
    announce() {},
    close: () => broker.close(),
  }
  return new Embedded(createClient({ dialer: brokerDialer(broker.broker, clientId) }), home)
}

/** Where the broker lives: a data directory, or this process's memory. */
interface Home {
  readonly path: string | undefined
  readonly owned: EmbeddedBroker | undefined
  own(): Promise<EmbeddedBroker>
  /** Becomes the broker if nobody is. */
  settle(): Promise<void>
  announce(): void
  close(): Promise<void>
}

class Embedded implements EmbeddedRafka {
  readonly #client: Rafka
  readonly #home: Home
  #closed: Promise<void> | undefined

  constructor(client: Rafka, home: Home) {
    this.#client = client
    this.#home = home
  }

  producer(options?: ProducerOptions): Producer {
    return this.#client.producer(options)
  }

  consumer(options: ConsumerOptions): Consumer {
    return this.#client.consumer(options)
  }

  admin(): Admin {
    return this.#client.admin()
  }

  ready(): Promise<void> {
    return this.#client.ready()
  }

  async own(): Promise<void> {
    await this.#home.own()
  }

  settle(): Promise<void> {
    return this.#home.settle()
  }

  status(): EmbeddedStatus {
    const { owned, path } = this.#home
    if (path === undefined) {
      return { role: 'owner', dataDir: null, storage: 'memory', pid: process.pid, listeners: namesOf(owned) }
    }
    const owner = readOwner(path)
    return {
      role: owned === undefined ? 'attached' : 'owner',
      dataDir: path,
      storage: owner?.storage ?? null,
      pid: owner?.pid ?? null,
      listeners: owner?.listeners ?? [],
    }
  }

  async listen(address: ListenOptions): Promise<HostPort> {
    const listener = await this.#owned('listen').listen(address)
    this.#home.announce()
    return listener.address ?? { host: address.host ?? '127.0.0.1', port: address.port }
  }

  async compact(topics: readonly string[], options?: { readonly dryRun?: boolean }): Promise<CompactedPartition[]> {
    return this.#owned('compact').broker.compact(topics, options)
  }

  close(): Promise<void> {
    this.#closed ??= this.#client.close().finally(() => this.#home.close())
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #owned(what: string): EmbeddedBroker {
    const { owned, path } = this.#home
    if (owned !== undefined) return owned
    const pid = path === undefined ? undefined : readOwner(path)?.pid
    const message = `data directory ${path} is served by process ${pid ?? '(unknown)'}, which alone can ${what}; end it first`
    throw new RafkaError('DATA_DIRECTORY_IN_USE', message, { details: { dataDir: path ?? null, pid: pid ?? null } })
  }
}

function namesOf(broker: EmbeddedBroker | undefined): string[] {
  return broker?.listeners.map(({ name }) => name) ?? []
}
