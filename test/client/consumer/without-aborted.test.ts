import { expect, test } from 'vitest'
import { type AbortedTransaction, withoutAborted } from '../../../src/client/consumer/without-aborted.ts'
import { buildTransactionMarker } from '../../../src/records/control-batch.ts'
import { readBatchHeader, stampBatch } from '../../../src/records/header.ts'
import { batchOf, recordsOf } from '../../support/record-batches.ts'

/** A log of batches one after the other: `7:ab` two records of producer 7 in a transaction, `ab` two outside of any, `7!` an abort, `7.` a commit. */
function logOf(...parts: string[]): Buffer[] {
  let offset = 0
  return parts.map((part) => {
    const batch = batchLike(part)
    stampBatch(batch, offset, 0)
    offset = readBatchHeader(batch).lastOffset + 1
    return batch
  })
}

function batchLike(part: string): Buffer {
  const [producer, values] = part.includes(':') ? part.split(':') : [undefined, part]
  const end = /^(\d+)([!.])$/.exec(part)
  if (end !== null) {
    const type = end[2] === '!' ? 'abort' : 'commit'
    return buildTransactionMarker({ type, producerId: Number(end[1]), producerEpoch: 0, coordinatorEpoch: 0 }, 1)
  }
  return batchOf([...values!], producer === undefined ? {} : { producerId: Number(producer), transactional: true })
}

async function left(log: Buffer[], ...aborted: AbortedTransaction[]): Promise<string> {
  return (await recordsOf(withoutAborted(log, aborted))).map(({ value }) => value).join('')
}

test('everything stays where nothing was aborted', async () => {
  const log = logOf('ab', '7:cd', '7.', 'e')
  expect(withoutAborted(log, [])).toBe(log)
})

test('records of an aborted transaction go, up to its marker and no further', async () => {
  const log = logOf('a', '7:bc', 'd', '7:e', '7!', '7:f', '7.', 'g')
  expect(await left(log, { producerId: 7, firstOffset: 1 })).toBe('adfg')
})

test('transactions of several producers are told apart, in whatever order they are listed', async () => {
  const log = logOf('7:a', '8:b', '7!', '8:c', '9:d', '8!', '7:e', '9.', '7!')
  const aborted = [
    { producerId: 7, firstOffset: 6 },
    { producerId: 8, firstOffset: 1 },
    { producerId: 7, firstOffset: 0 },
  ]
  expect(await left(log, ...aborted)).toBe('d')
})

test('a fetch may begin and end inside of an aborted transaction', async () => {
  const log = logOf('7:a', '7:b', '7!', '7:c').slice(1)
  expect(await left(log, { producerId: 7, firstOffset: 0 }, { producerId: 7, firstOffset: 3 })).toBe('')
})

test('a batch of the same producer outside of a transaction stays', async () => {
  const plain = batchOf(['x'], { producerId: 7 })
  const log = logOf('7:a')
  stampBatch(plain, 1, 0)
  expect(await left([...log, plain], { producerId: 7, firstOffset: 0 })).toBe('x')
})
