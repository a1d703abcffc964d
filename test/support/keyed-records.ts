import { expect } from 'vitest'
import type { BrokerFixture } from './broker-fixture.ts'
import { batchOf } from './record-batches.ts'

/** Writes to topic `t`, one batch per entry: `key=value`, or `key` for a tombstone. */
export async function put(broker: BrokerFixture, ...batches: ReadonlyArray<string | readonly string[]>): Promise<void> {
  for (const batch of batches) {
    const pairs = (typeof batch === 'string' ? [batch] : batch).map((pair) => pair.split('='))
    const answer = await broker.produce('t', pairsBatch(pairs, broker.clock.now()))
    expect(answer.error).toBe('NONE')
  }
}

function pairsBatch(pairs: string[][], timestamp: number): Buffer {
  return batchOf(
    pairs.map(([, value]) => value ?? null),
    { keys: pairs.map(([key]) => key!), timestamp },
  )
}

/** What is in topic `t`: `offset:key=value`, or `offset:key` for a tombstone. */
export async function contents(broker: BrokerFixture, offset = 0): Promise<string[]> {
  const records = await broker.records('t', offset)
  return records.map((one) => `${one.offset}:${one.key}${one.value === null ? '' : `=${one.value}`}`)
}
