import { createHmac } from 'node:crypto'
import { type Credentials, type ScramCredential, type ScramMechanism, scramMechanisms } from '../../core/sasl.ts'
import type { StorageEngine } from '../../core/storage-engine.ts'
import { scramIterations, scramLengthBytes } from '../../sasl/scram-keys.ts'
import { entryKeys, parseEntry, putEntry } from '../entries.ts'

/** What is done to one user in one request. */
export interface CredentialChanges {
  readonly user: string
  /** By mechanism; null deletes. */
  readonly credentials: ReadonlyMap<ScramMechanism, ScramCredential | null>
}

interface StoredCredential {
  readonly salt: string
  readonly iterations: number
  readonly storedKey: string
  readonly serverKey: string
}

type OfUser = ReadonlyMap<ScramMechanism, ScramCredential>

/** The users with their SCRAM credentials: in memory to be looked up, in storage to last. */
export class UserCredentials implements Credentials {
  readonly #storage: StorageEngine
  /** Of this broker alone: what salts of users that do not exist are made from. */
  readonly #secret: Uint8Array
  #users = new Map<string, OfUser>()
  /** The changes before: each is decided on what these made. */
  #changed: Promise<unknown> = Promise.resolve()

  constructor(storage: StorageEngine, secret: Uint8Array) {
    this.#storage = storage
    this.#secret = secret
  }

  /** @throws RafkaError `STORAGE_CORRUPT` */
  async load(): Promise<void> {
    const users = new Map<string, Map<ScramMechanism, ScramCredential>>()
    for (const [key, value] of await this.#storage.entries(entryKeys.credentials)) {
      const [mechanism, user] = JSON.parse(key.slice(entryKeys.credentials.length)) as [ScramMechanism, string]
      const { salt, iterations, storedKey, serverKey } = parseEntry<StoredCredential>(key, value)
      const ofUser = users.get(user) ?? new Map<ScramMechanism, ScramCredential>()
      ofUser.set(mechanism, { salt: bytes(salt), iterations, storedKey: bytes(storedKey), serverKey: bytes(serverKey) })
      users.set(user, ofUser)
    }
    this.#users = users
  }

  /** By name. */
  get users(): string[] {
    return [...this.#users.keys()].sort()
  }

  /** What a user has, the weaker mechanism first; undefined when there is no such user. */
  of(user: string): OfUser | undefined {
    return this.#users.get(user)
  }

  mechanismsOf(user: string): readonly ScramMechanism[] {
    const ofUser = this.#users.get(user)
    return ofUser === undefined ? [] : scramMechanisms.filter((mechanism) => ofUser.has(mechanism))
  }

  scram(mechanism: ScramMechanism, user: string): ScramCredential {
    return this.#users.get(user)?.get(mechanism) ?? this.#madeUp(mechanism, user)
  }

  /** Decides on changes when all earlier ones have settled; they hold when they are durable. @throws RafkaError `KAFKA_STORAGE_ERROR` */
  change(decide: () => readonly CredentialChanges[]): Promise<void> {
    const change = this.#changed.then(() => this.#change(decide()))
    this.#changed = change.catch(() => {})
    return change
  }

  async #change(changes: readonly CredentialChanges[]): Promise<void> {
    if (changes.length === 0) return
    const entries = changes.flatMap(({ user, credentials }) =>
      [...credentials].map(([mechanism, credential]) => {
        const key = entryKeys.credential(mechanism, user)
        return credential === null ? { remove: key } : putEntry(key, stored(credential))
      }),
    )
    try {
      await this.#storage.commit(entries)
    } catch (error) {
      // It may be on the disk all the same: what is there holds, so that nobody loses a user at the next start.
      await this.load()
      throw error
    }
    for (const { user, credentials } of changes) this.#apply(user, credentials)
  }

  #apply(user: string, credentials: CredentialChanges['credentials']): void {
    const now = new Map(this.#users.get(user))
    for (const [mechanism, credential] of credentials) {
      if (credential === null) now.delete(mechanism)
      else now.set(mechanism, credential)
    }
    if (now.size === 0) this.#users.delete(user)
    else this.#users.set(user, now)
  }

  #madeUp(mechanism: ScramMechanism, user: string): ScramCredential {
    const from = (what: string, lengthBytes: number) =>
      createHmac('sha512', this.#secret).update(`${what}\0${mechanism}\0${user}`).digest().subarray(0, lengthBytes)
    const lengthBytes = scramLengthBytes(mechanism)
    return {
      salt: from('salt', SALT_BYTES),
      iterations: scramIterations.min,
      storedKey: from('stored key', lengthBytes),
      serverKey: from('server key', lengthBytes),
    }
  }
}

/** As long as the salts of Kafka's tools and of Rafka's. */
const SALT_BYTES = 24

function stored({ salt, iterations, storedKey, serverKey }: ScramCredential): StoredCredential {
  return { salt: text(salt), iterations, storedKey: text(storedKey), serverKey: text(serverKey) }
}

function text(value: Uint8Array): string {
  return Buffer.from(value).toString('base64')
}

function bytes(value: string): Buffer {
  return Buffer.from(value, 'base64')
}
