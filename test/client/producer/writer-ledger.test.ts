import { expect, test } from 'vitest'
import { WriterRun } from '../../../src/client/producer/recipient.ts'
import { WriterLedger } from '../../../src/client/producer/writer-ledger.ts'
import { RafkaError } from '../../../src/core/errors.ts'

const failure = new RafkaError('INVALID_RECORD', 'no')

/** A run of records with these numbers, of 10 bytes each. */
function run(ledger: WriterLedger, first: number, count: number): WriterRun {
  const made = new WriterRun(0, ledger, first)
  ledger.opened(made)
  for (let index = 0; index < count; index += 1) made.add(1, 10)
  return made
}

function at(partition: number, offset: number) {
  return { topic: 't', partition, offset, appendedAt: -1 }
}

test('counts what is acknowledged, and what of it has no gap before it', () => {
  const ledger = new WriterLedger()
  const [first, second, third] = [run(ledger, 0, 5), run(ledger, 5, 5), run(ledger, 10, 5)]
  second.acknowledged(at(1, 100))
  expect(ledger).toMatchObject({ records: 5, leading: 0, bytes: 50 })
  first.acknowledged(at(0, 7))
  expect(ledger).toMatchObject({ records: 10, leading: 10 })
  third.acknowledged(at(0, 12))
  expect(ledger).toMatchObject({ records: 15, leading: 15, bytes: 150 })
  expect([...ledger.partitions]).toEqual([
    [1, { firstOffset: 100, lastOffset: 104 }],
    [0, { firstOffset: 7, lastOffset: 16 }],
  ])
})

test('does not count past a record that failed', () => {
  const ledger = new WriterLedger()
  const [first, second, third] = [run(ledger, 0, 5), run(ledger, 5, 5), run(ledger, 10, 5)]
  second.failed(failure)
  third.acknowledged(at(0, 0))
  expect(ledger).toMatchObject({ records: 5, leading: 0 })
  first.acknowledged(at(0, 5))
  expect(ledger).toMatchObject({ records: 10, leading: 5 })
  run(ledger, 15, 1).acknowledged(at(0, 20))
  expect(ledger).toMatchObject({ records: 11, leading: 5 })
})

test('tells each error once', () => {
  const ledger = new WriterLedger()
  ledger.failed(0, failure)
  ledger.failed(3, new RafkaError('MESSAGE_TOO_LARGE', 'too large'))
  expect(ledger.takeError()).toBe(failure)
  expect(ledger.takeError()).toBeUndefined()
})

test('parts of a run count for themselves', () => {
  const ledger = new WriterLedger()
  const whole = run(ledger, 0, 10)
  const [one, other] = [whole.part(0, 4, 40), whole.part(0, 6, 60)]
  other.acknowledged(at(0, 4))
  expect(ledger).toMatchObject({ records: 6, bytes: 60, leading: 0 })
  one.acknowledged(at(0, 0))
  expect(ledger).toMatchObject({ records: 10, bytes: 100, leading: 10 })
})
