import type { Position, TopicPartition } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { findOffsets, type Isolation, offsetTimes } from '../cluster/list-offsets.ts'
import type { RetryBounds } from '../cluster/retrying.ts'
import { partitionKey } from './assigned-partition.ts'

/** A position to be found. */
export interface SoughtPosition {
  readonly partition: TopicPartition
  readonly position: Position
}

/**
 * Turns positions into offsets, with one request per leader and kind of position.
 * @returns in the order of `sought`
 * @throws what kept the leaders from answering
 */
export async function locate(
  cluster: Cluster,
  sought: readonly SoughtPosition[],
  isolation: Isolation,
  bounds: Pick<RetryBounds, 'timeoutMs' | 'signal'>,
): Promise<number[]> {
  const asks = new Map<number, Map<string, TopicPartition>>()
  for (const { partition, position } of sought) {
    for (const time of timesOf(position)) {
      const partitions = asks.get(time) ?? new Map<string, TopicPartition>()
      asks.set(time, partitions.set(partitionKey(partition), partition))
    }
  }
  const found = new Map<number, Map<string, number>>()
  await Promise.all(
    [...asks].map(async ([time, partitions]) => {
      const offsets = await findOffsets(cluster, [...partitions.values()], time, { ...bounds, isolation })
      found.set(time, new Map(offsets.map((each) => [partitionKey(each), each.offset])))
    }),
  )
  return sought.map(({ partition, position }) =>
    offsetOf(position, (time) => found.get(time)?.get(partitionKey(partition)) ?? -1),
  )
}

/**
 * Refuses what is no position.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function checkPosition(name: string, position: Position): void {
  if (position === 'start' || position === 'end') return
  const value = numberIn(position)
  if (Number.isSafeInteger(value) && (value as number) >= 0) return
  throw new RafkaError(
    'INVALID_ARGUMENT',
    `${name} is "start", "end", an offset, { timestamp } or { fromEnd }, with whole numbers from 0; got ${JSON.stringify(position)}`,
  )
}

function numberIn(position: Exclude<Position, 'start' | 'end'>): unknown {
  if (typeof position !== 'object' || position === null) return position
  return 'timestamp' in position ? position.timestamp : position.fromEnd
}

/** What has to be looked up for a position. */
function timesOf(position: Position): number[] {
  if (typeof position === 'number') return []
  if (position === 'start') return [offsetTimes.start]
  if (position === 'end') return [offsetTimes.end]
  if ('timestamp' in position) return [position.timestamp, offsetTimes.end]
  return [offsetTimes.start, offsetTimes.end]
}

function offsetOf(position: Position, lookUp: (time: number) => number): number {
  if (typeof position === 'number') return position
  if (position === 'start') return lookUp(offsetTimes.start)
  if (position === 'end') return lookUp(offsetTimes.end)
  if ('fromEnd' in position) return Math.max(lookUp(offsetTimes.start), lookUp(offsetTimes.end) - position.fromEnd)
  const found = lookUp(position.timestamp)
  return found < 0 ? lookUp(offsetTimes.end) : found
}
