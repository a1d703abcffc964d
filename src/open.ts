import type { HookFailureEffect } from './broker/hooks/hook-runner.ts'
import type { CompactedPartition } from './broker/maintenance.ts'
import type { Clock } from './core/clock.ts'
import type { Hook } from './core/hook.ts'
import type { Logger } from './core/log.ts'
import type { Rafka } from './core/rafka.ts'
import type { SaslMechanism } from './core/sasl.ts'
import type { StorageSettings } from './data-directory/open-storage.ts'
import type { StorageType } from './data-directory/storage-type.ts'
import type { ServerLimits } from './server/limits.ts'
import type { HostPort } from './server/listen.ts'
import type { ListenerTls } from './server/tls.ts'

/** An address to let clients in at. */
export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
  /** 0: any free one. */
  readonly port: number
  /** What clients are told to connect to; default: the address at which they came in. Port 0: the one that is listened on. */
  readonly advertised?: HostPort | undefined
  /** Mechanisms in which clients must say who they are, as users of `admin().setCredentials`; none: nobody is asked. */
  readonly sasl?: readonly SaslMechanism[] | undefined
  /** Left out: bytes go as they are. */
  readonly tls?: ListenerTls | undefined
}

/** Where the store is and how it keeps the data. */
export interface OpenStorage extends StorageSettings {
  /** Another name for `dataDir`. */
  readonly path?: string | undefined
}

export interface OpenOptions {
  /** Directory that holds everything; default: the user's own, or none with `storage: { type: 'memory' }`. */
  readonly dataDir?: string | undefined
  readonly storage?: OpenStorage | undefined
  /** Static configs of the broker, by Kafka's names. */
  readonly configs?: Readonly<Record<string, string>> | undefined
  /** With any, this process must own the directory. */
  readonly listeners?: readonly ListenOptions[] | undefined
  /** Bounds of what clients on listeners may take. */
  readonly limits?: Partial<ServerLimits> | undefined
  readonly hooks?: readonly Hook[] | undefined
  /** How long one call of a hook may take, in ms; default 5,000. */
  readonly hookTimeoutMs?: number | undefined
  /** What a hook that throws or takes too long does; default `refuse`. */
  readonly onHookFailure?: HookFailureEffect | undefined
  /** Whether to connect to a process that serves the directory already; default true. Otherwise that is `DATA_DIRECTORY_IN_USE`. */
  readonly attach?: boolean | undefined
  /**
   * Whether to let go of a directory that this process serves when another one has to own it (`attach: false`, or with listeners), and to connect to that one; default
   * false. Not while there are listeners or hooks here.
   */
  readonly yields?: boolean | undefined
  readonly clientId?: string | undefined
  readonly clock?: Clock | undefined
  readonly logger?: Logger | undefined
}

/** What an embedded Rafka is at the moment. */
export interface EmbeddedStatus {
  /** `owner`: the broker runs in this process. `attached`: in another one, which may end; then somebody else becomes the owner. */
  readonly role: 'owner' | 'attached'
  /** null: in memory alone. */
  readonly dataDir: string | null
  readonly storage: StorageType | null
  /** Process of the owner; null while there is none. */
  readonly pid: number | null
  /** `host:port` of each listener of the owner. */
  readonly listeners: readonly string[]
}

/** A broker in this process, or in another one that serves the same directory, and a client of it. */
export interface EmbeddedRafka extends Rafka {
  status(): EmbeddedStatus
  /**
   * Lets clients in at a TCP address. @returns where, with the port that was chosen
   * @throws RafkaError `LISTENER_UNUSABLE`, `INVALID_ARGUMENT`; `DATA_DIRECTORY_IN_USE` when the broker is in another process
   */
  listen(address: ListenOptions): Promise<HostPort>
  /**
   * Compacts these topics now; with `dryRun` only tells what would become of them.
   * @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION`; `POLICY_VIOLATION` for one whose `cleanup.policy` is without `compact`;
   *   `DATA_DIRECTORY_IN_USE` when the broker is in another process
   */
  compact(topics: readonly string[], options?: { readonly dryRun?: boolean }): Promise<CompactedPartition[]>
  /** Closes producers and consumers; then, if the broker is here, ends it. */
  close(): Promise<void>
}

/**
 * Opens a data directory: becomes its broker, or connects to the process that is. Settles when a broker answered.
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`, `DATA_DIRECTORY_IN_USE`, `LISTENER_UNUSABLE`, `INVALID_CONFIGURATION`, `STORAGE_CORRUPT`,
 *   `STORAGE_VERSION_UNSUPPORTED`
 */
export async function open(options: OpenOptions = {}): Promise<EmbeddedRafka> {
  const { openEmbedded } = await import('./embedded-rafka.ts')
  return openEmbedded(options)
}
