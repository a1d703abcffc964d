import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'
import type { StorageEngine } from '../../core/storage-engine.ts'
import type { BrokerConfigs } from '../configs/config-values.ts'
import type { HookRunner } from '../hooks/hook-runner.ts'
import type { Topics } from '../topics/topics.ts'

/** What groups need of the broker. */
export interface GroupContext {
  readonly storage: StorageEngine
  readonly clock: Clock
  readonly configs: BrokerConfigs
  readonly topics: Topics
  readonly hooks: HookRunner
  readonly logger: Logger
}
