import type { Position } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import type { ConsumerOptions } from '../../core/rafka.ts'
import { type GroupSettings, groupSettings } from '../groups/group-settings.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'
import { partitionKey } from './assigned-partition.ts'
import { count } from './count.ts'
import type { FetcherSettings } from './fetcher.ts'
import { checkPosition } from './locate.ts'

/** `ConsumerOptions`, checked, with every default filled in. */
export interface ConsumerSettings extends FetcherSettings {
  /** By topic: the partitions that were named; undefined: all. */
  readonly topics: ReadonlyMap<string, ReadonlySet<number> | undefined>
  readonly matching: ((topic: string) => boolean) | undefined
  /** Without a group where every partition begins; with one, those of its first assignment. undefined: where the group stands. */
  readonly from: Position | undefined
  /** Where a partition begins, or goes on, of which the group has no offset, or one that the log does not hold. */
  readonly reset: Reset
  /** undefined: on its own. */
  readonly group: GroupSettings | undefined
  /** By `partitionKey`. */
  readonly positions: ReadonlyMap<string, Position>
  /** undefined: follow for ever. */
  readonly to: Position | undefined
  /** By `partitionKey`: over `to`. */
  readonly ends: ReadonlyMap<string, Position>
  readonly waitForTopics: boolean
  readonly onWaiting: (topic: string) => void
  readonly prefetchBytes: number
}

/** See `ConsumerOptions.reset`. */
type Reset = NonNullable<ConsumerOptions['reset']>

const MEBIBYTE = 1024 * 1024

/** @throws RafkaError `INVALID_ARGUMENT` naming the option */
export function consumerSettings(options: ConsumerOptions): ConsumerSettings {
  const { to, positions = [], ends = [], reset = 'start', isolation = 'read_uncommitted' } = options
  const requestTimeoutMs = count('requestTimeoutMs', options.requestTimeoutMs ?? defaultRequestTimeoutMs, 1)
  const group = groupSettings(options, requestTimeoutMs)
  const from = options.from ?? (group === undefined ? 'start' : 'stored')
  if (from !== 'stored') checkPosition('from', from)
  checkWord('reset', reset, ['start', 'end', 'fail'])
  checkWord('isolation', isolation, ['read_uncommitted', 'read_committed'])
  if (to !== undefined) checkPosition('to', to)
  for (const { position } of positions) checkPosition('position', position)
  for (const { position } of ends) checkPosition('end', position)
  if (ends.length > 0 && to === undefined) throw new RafkaError('INVALID_ARGUMENT', 'ends go with to: give both')
  const { matching } = options
  if (matching !== undefined && to !== undefined) {
    throw new RafkaError('INVALID_ARGUMENT', 'matching is for consumers that follow: leave it out, or to')
  }
  const prefetchBytes = count('prefetchBytes', options.prefetchBytes ?? 16 * MEBIBYTE, 1)
  return {
    topics: topicsOf(options.topics, matching !== undefined),
    matching,
    from: from === 'stored' ? undefined : from,
    reset,
    group,
    isolation,
    positions: new Map(positions.map((each) => [partitionKey(each), each.position])),
    to,
    ends: new Map(ends.map((each) => [partitionKey(each), each.position])),
    waitForTopics: options.waitForTopics ?? to === undefined,
    onWaiting: options.onWaiting ?? (() => {}),
    onOutage: options.onOutage ?? (() => {}),
    prefetchBytes,
    maxWaitMs: count('maxWaitMs', options.maxWaitMs ?? 5_000, 0),
    minBytes: count('minBytes', options.minBytes ?? 1, 1),
    maxPartitionBytes: count(
      'maxPartitionBytes',
      options.maxPartitionBytes ?? Math.min(prefetchBytes, 4 * MEBIBYTE),
      1,
    ),
    requestTimeoutMs,
    checkCrc: options.checkCrc ?? true,
    lendsChunks: options.lendsChunks ?? false,
  }
}

function checkWord(name: string, value: string, words: readonly string[]): void {
  if (words.includes(value)) return
  throw new RafkaError('INVALID_ARGUMENT', `${name} is one of ${words.join(', ')}; got ${JSON.stringify(value)}`)
}

function topicsOf(wished: ConsumerOptions['topics'], mayBeEmpty: boolean): Map<string, Set<number> | undefined> {
  const topics = new Map<string, Set<number> | undefined>()
  for (const each of wished) {
    const { topic, partitions } = typeof each === 'string' ? { topic: each, partitions: undefined } : each
    if (typeof topic !== 'string' || topic === '') {
      throw new RafkaError('INVALID_ARGUMENT', `topics are names or { topic, partitions }; got ${JSON.stringify(each)}`)
    }
    for (const partition of partitions ?? []) count(`a partition of topic "${topic}"`, partition, 0)
    const known = topics.get(topic)
    // Named both as a whole and by partition, or twice by partition: all that was named.
    const all = partitions === undefined || (topics.has(topic) && known === undefined)
    topics.set(topic, all ? undefined : new Set([...(known ?? []), ...partitions]))
  }
  if (topics.size === 0 && !mayBeEmpty) throw new RafkaError('INVALID_ARGUMENT', 'a consumer needs at least one topic')
  return topics
}
