import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startBroker, testConnection } from '../../support/broker-fixture.ts'
import { batchOf } from '../../support/record-batches.ts'

const LIMIT = 2 ** 31

/** What a client does: sends its next batch, sends one of those before again, or one from further on. */
type Step =
  | { readonly kind: 'next'; readonly count: number }
  | { readonly kind: 'again'; readonly back: number }
  | { readonly kind: 'gap'; readonly ahead: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('next' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('again' as const), back: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('gap' as const), ahead: fc.integer({ min: 1, max: 9 }) }) },
)

interface Sent {
  readonly sequence: number
  readonly count: number
  readonly baseOffset: number
}

/** What Kafka would answer: the last five batches by sequence, the next sequence, and no more. */
class ProducerModel {
  readonly batches: Sent[] = []
  #next: number
  #end = 0

  constructor(first: number) {
    this.#next = first
  }

  batchOf(step: Step): { sequence: number; count: number } {
    if (step.kind === 'next') return { sequence: this.#next, count: step.count }
    const again = step.kind === 'again' ? this.batches.at(-1 - step.back) : undefined
    return again ?? { sequence: (this.#next + (step.kind === 'gap' ? step.ahead : 0)) % LIMIT, count: 1 }
  }

  expected({ sequence, count }: { sequence: number; count: number }): number | 'OUT_OF_ORDER_SEQUENCE_NUMBER' {
    const known = this.batches.slice(-5).find((one) => one.sequence === sequence && one.count === count)
    if (known !== undefined) return known.baseOffset
    // The first batch of a producer may have any sequence.
    if (sequence !== this.#next && this.batches.length > 0) return 'OUT_OF_ORDER_SEQUENCE_NUMBER'
    this.batches.push({ sequence, count, baseOffset: this.#end })
    this.#next = (sequence + count) % LIMIT
    this.#end += count
    return this.batches.at(-1)!.baseOffset
  }
}

describe('producer states', () => {
  it('G11: whatever is sent again or ahead, each batch is appended once, in order, and duplicates get their first offset', async () => {
    await using broker = await startBroker()
    let topics = 0
    const first = fc.oneof(fc.constant(0), fc.integer({ min: LIMIT - 12, max: LIMIT - 1 }))
    await fc.assert(
      fc.asyncProperty(
        first,
        fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
        async (start, rounds) => {
          const topic = `t${topics++}`
          await broker.createTopic(topic)
          const model = new ProducerModel(start)
          for (const inFlight of rounds) {
            const connection = testConnection()
            const sends = inFlight
              .map((one) => model.batchOf(one))
              .map((batch) => [batch, model.expected(batch)] as const)
            const answers = sends.map(([{ sequence, count }]) => {
              const values = Array.from({ length: count }, (_, index) => String((sequence + index) % LIMIT))
              return broker.produce(topic, batchOf(values, { producerId: 9, baseSequence: sequence }), { connection })
            })
            const told = (await Promise.all(answers)).map(({ error, baseOffset }) =>
              error === 'NONE' ? baseOffset : error,
            )
            expect(told).toEqual(sends.map(([, expected]) => expected))
          }
          const stored = (await broker.records(topic)).map(({ value }) => Number(value))
          const appended = model.batches.flatMap(({ sequence, count }) =>
            Array.from({ length: count }, (_, index) => (sequence + index) % LIMIT),
          )
          expect(stored).toEqual(appended)
        },
      ),
      { numRuns: 150 },
    )
  })
})
