import type { TopicPartition } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import type { ConsumerOptions } from '../../core/rafka.ts'
import { count } from '../consumer/count.ts'
import type { Assignor } from './assignors/assignor.ts'
import { assignorsNamed } from './assignors/index.ts'

/** The options of a member of a group, checked, with every default filled in. */
export interface GroupSettings {
  readonly group: string
  readonly protocol: 'classic' | 'consumer'
  /** Of a static member (KIP-345). */
  readonly instanceId: string | null
  /** Most wanted first. */
  readonly assignors: readonly Assignor[]
  /** Of the new protocol; null: the group's. */
  readonly serverAssignor: string | null
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly rebalanceTimeoutMs: number
  readonly maxPollIntervalMs: number
  readonly requestTimeoutMs: number
  /** 0: never by itself. */
  readonly autoCommitIntervalMs: number
  readonly onAssigned: PartitionsCallback
  readonly onRevoked: PartitionsCallback
  readonly onLost: PartitionsCallback
}

type PartitionsCallback = (partitions: readonly TopicPartition[]) => void | Promise<void>

/** Kafka's defaults, in ms. */
const SESSION_TIMEOUT_MS = 45_000
const HEARTBEAT_INTERVAL_MS = 3_000
const MAX_POLL_INTERVAL_MS = 300_000
const AUTO_COMMIT_INTERVAL_MS = 5_000

/** Options that mean nothing without a group. */
const needGroup = [
  'groupProtocol',
  'groupInstanceId',
  'assignors',
  'serverAssignor',
  'sessionTimeoutMs',
  'heartbeatIntervalMs',
  'rebalanceTimeoutMs',
  'maxPollIntervalMs',
  'autoCommit',
  'autoCommitIntervalMs',
  'onAssigned',
  'onRevoked',
  'onLost',
] as const satisfies ReadonlyArray<keyof ConsumerOptions>

/**
 * What the options say of a group; undefined when they name none.
 * @throws RafkaError `INVALID_ARGUMENT` naming the option
 */
export function groupSettings(options: ConsumerOptions, requestTimeoutMs: number): GroupSettings | undefined {
  const { group } = options
  if (group === undefined) {
    const lonely = needGroup.find((name) => options[name] !== undefined)
    if (lonely !== undefined || options.from === 'stored') {
      throw wrong(lonely === undefined ? 'from: "stored" needs a group' : `${lonely} needs a group`)
    }
    return undefined
  }
  if (typeof group !== 'string' || group === '') throw wrong(`group is a name; got ${JSON.stringify(group)}`)
  if (options.topics.some((topic) => typeof topic !== 'string')) {
    throw wrong('a group shares out whole topics: name topics without partitions, or leave the group out')
  }
  const protocol = options.groupProtocol ?? 'classic'
  if (protocol !== 'classic' && protocol !== 'consumer') {
    throw wrong(`groupProtocol is "classic" or "consumer"; got ${JSON.stringify(protocol)}`)
  }
  const sessionTimeoutMs = count('sessionTimeoutMs', options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS, 1)
  const usualMs = Math.min(HEARTBEAT_INTERVAL_MS, Math.ceil(sessionTimeoutMs / 3))
  const heartbeatIntervalMs = count('heartbeatIntervalMs', options.heartbeatIntervalMs ?? usualMs, 1)
  if (protocol === 'classic' && heartbeatIntervalMs >= sessionTimeoutMs) {
    throw wrong(
      `heartbeatIntervalMs (${heartbeatIntervalMs}) has to be less than sessionTimeoutMs (${sessionTimeoutMs})`,
    )
  }
  const maxPollIntervalMs = count('maxPollIntervalMs', options.maxPollIntervalMs ?? MAX_POLL_INTERVAL_MS, 1)
  const intervalMs = count('autoCommitIntervalMs', options.autoCommitIntervalMs ?? AUTO_COMMIT_INTERVAL_MS, 1)
  return {
    group,
    protocol,
    instanceId: options.groupInstanceId ?? null,
    assignors: assignorsNamed(options.assignors ?? ['range', 'round-robin', 'cooperative-sticky']),
    serverAssignor: options.serverAssignor ?? null,
    sessionTimeoutMs,
    heartbeatIntervalMs,
    rebalanceTimeoutMs: count('rebalanceTimeoutMs', options.rebalanceTimeoutMs ?? maxPollIntervalMs, 1),
    maxPollIntervalMs,
    requestTimeoutMs,
    autoCommitIntervalMs: (options.autoCommit ?? true) ? intervalMs : 0,
    onAssigned: options.onAssigned ?? (() => {}),
    onRevoked: options.onRevoked ?? (() => {}),
    onLost: options.onLost ?? options.onRevoked ?? (() => {}),
  }
}

function wrong(problem: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', problem)
}
