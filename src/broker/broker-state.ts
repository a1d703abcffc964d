import type { SupportedApi } from '../core/api.ts'
import type { ConnectionInfo } from '../core/broker.ts'
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { StorageEngine } from '../core/storage-engine.ts'
import type { BrokerConfigs } from './configs/config-values.ts'
import type { UserCredentials } from './credentials/user-credentials.ts'
import type { FetchSessions } from './fetches/fetch-sessions.ts'
import type { GroupRegistry } from './groups/group-registry.ts'
import type { HookRunner } from './hooks/hook-runner.ts'
import type { ProducerIds } from './producer-ids.ts'
import type { Topics } from './topics/topics.ts'
import type { Transactions } from './transactions/transactions.ts'

/** All that handlers work with. */
export interface BrokerState {
  readonly storage: StorageEngine
  readonly clock: Clock
  readonly logger: Logger
  readonly configs: BrokerConfigs
  readonly topics: Topics
  readonly producerIds: ProducerIds
  readonly transactions: Transactions
  readonly fetchSessions: FetchSessions
  readonly groups: GroupRegistry
  readonly credentials: UserCredentials
  readonly hooks: HookRunner
  readonly clusterId: string
  readonly nodeId: number
  /** What clients are told of where the logs are. */
  readonly dataDirectory: string
  /** What ApiVersions answers from. */
  readonly apis: readonly SupportedApi[]
  /** The address that this connection is told to use. */
  readonly advertised: (connection: ConnectionInfo) => { readonly host: string; readonly port: number }
  /** Fires when the broker closes: waiting requests end. */
  readonly closing: AbortSignal
}
