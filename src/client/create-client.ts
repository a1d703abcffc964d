import type { Admin } from '../core/admin.ts'
import type { Consumer } from '../core/consumer.ts'
import type { Producer } from '../core/producer.ts'
import type { ConsumerOptions, ProducerOptions, Rafka } from '../core/rafka.ts'
import { ClientAdmin } from './admin/admin.ts'
import { Cluster } from './cluster/cluster.ts'
import { closedError } from './connection-errors.ts'
import { ClientConsumer } from './consumer/consumer.ts'
import { ClientProducer } from './producer/producer.ts'
import type { Dialer } from './transport.ts'

/** What a client is made of. */
export interface ClientOptions {
  /** The way to the broker, or to the cluster. It also knows what the client calls itself. */
  readonly dialer: Dialer
  /** How long to try before any broker ever answered, in ms; default 5,000. */
  readonly firstContactMs?: number | undefined
}

const FIRST_CONTACT_MS = 5_000

/** A client: connects when first used. The same for an embedded broker, a data directory and a cluster. */
export function createClient({ dialer, firstContactMs = FIRST_CONTACT_MS }: ClientOptions): Rafka {
  return new Client(new Cluster(dialer, firstContactMs))
}

class Client implements Rafka {
  readonly #cluster: Cluster
  readonly #users = new Set<{ close(): Promise<void> }>()
  #admin: Admin | undefined
  #closing: Promise<void> | undefined

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  producer(options: ProducerOptions = {}): Producer {
    return this.#opened(new ClientProducer(this.#open(), options, (producer) => this.#users.delete(producer)))
  }

  consumer(options: ConsumerOptions): Consumer {
    return this.#opened(new ClientConsumer(this.#open(), options, (consumer) => this.#users.delete(consumer)))
  }

  admin(): Admin {
    this.#admin ??= new ClientAdmin(this.#open())
    return this.#admin
  }

  async ready(): Promise<void> {
    await this.#open().ready()
  }

  /** Consumers end, producers send what waits, then the connections go. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #open(): Cluster {
    if (this.#closing !== undefined) throw closedError('the client')
    return this.#cluster
  }

  #opened<User extends { close(): Promise<void> }>(user: User): User {
    this.#users.add(user)
    return user
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#users].map((user) => user.close()))
    await this.#cluster.close()
  }
}
