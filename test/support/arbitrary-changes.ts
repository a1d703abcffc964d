import fc from 'fast-check'
import type { Change, LogId, StoredBatch } from '../../src/core/storage-engine.ts'
import { storedBatch } from './stored-batch.ts'

/** A step whose offsets are relative to the log's end as the one who plays it knows it, so that most of them are valid. */
export type Step =
  | {
      readonly kind: 'append'
      readonly log: LogId
      readonly gap: number
      readonly length: number
      readonly timestamp: number
      readonly sizeBytes: number
    }
  | { readonly kind: 'trim'; readonly log: LogId; readonly before: number }
  | {
      readonly kind: 'replace'
      readonly log: LogId
      readonly from: number
      readonly length: number
      readonly batches: ReadonlyArray<readonly [skip: number, length: number]>
      readonly timestamp: number
    }
  | { readonly kind: 'drop'; readonly log: LogId }
  | { readonly kind: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly kind: 'remove'; readonly key: string }

const log = fc.constantFrom(1, 2, 7)
const key = fc.constantFrom('a', 'a/1', 'a/2', 'b', '__proto__', 'é/ü', '')
const timestamp = fc.integer({ min: -1, max: 100 })

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      log,
      gap: fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1) }),
      length: fc.integer({ min: 1, max: 4 }),
      timestamp,
      sizeBytes: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 9000 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('trim' as const), log, before: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('replace' as const),
      log,
      from: fc.nat(20),
      length: fc.nat(10),
      batches: fc.array(fc.tuple(fc.nat(1), fc.integer({ min: 1, max: 3 })), { maxLength: 3 }),
      timestamp,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), log }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('put' as const), key, value: fc.uint8Array({ maxLength: 40 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), key }) },
)

/** Some commits that are made at once, each of some steps. */
export const rounds: fc.Arbitrary<Step[][][]> = fc.array(
  fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
  { minLength: 1, maxLength: 8 },
)

/** The change that a step stands for when the logs end where `ends` says; `ends` follows what it appends and drops. */
export function changeOf(item: Step, ends: Map<LogId, number>, mark: number): Change {
  switch (item.kind) {
    case 'append': {
      const base = Math.max(0, (ends.get(item.log) ?? 0) + item.gap)
      const last = base + item.length - 1
      if (item.gap === 0) ends.set(item.log, last + 1)
      const { timestamp: maxTimestamp, sizeBytes } = item
      return { append: item.log, batch: storedBatch(base, last, { maxTimestamp, sizeBytes, mark }) }
    }
    case 'trim':
      return { trim: item.log, before: item.before }
    case 'replace':
      return { replace: item.log, from: item.from, to: item.from + item.length, batches: replacements(item, mark) }
    case 'drop':
      ends.set(item.log, 0)
      return { drop: item.log }
    case 'put':
      return { put: item.key, value: item.value }
    case 'remove':
      return { remove: item.key }
  }
}

function replacements(item: Extract<Step, { kind: 'replace' }>, mark: number): StoredBatch[] {
  const batches: StoredBatch[] = []
  let next = item.from
  for (const [skip, length] of item.batches) {
    const base = next + skip
    batches.push(storedBatch(base, base + length - 1, { maxTimestamp: item.timestamp, mark }))
    next = base + length
  }
  return batches
}
