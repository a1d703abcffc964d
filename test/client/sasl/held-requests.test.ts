import { expect, test } from 'vitest'
import { HeldRequests } from '../../../src/client/sasl/held-requests.ts'

test('what waits begins in its order, before what comes later', async () => {
  const held = new HeldRequests()
  const begun: number[] = []
  const work = (number: number) => async () => {
    begun.push(number)
    return number
  }
  held.hold()
  const waiting = [1, 2, 3].map((number) => held.whenReleased(work(number)))
  expect([held.isHeld, begun]).toEqual([true, []])
  held.release()
  expect([held.isHeld, begun]).toEqual([false, [1, 2, 3]])
  expect(await Promise.all([...waiting, held.whenReleased(work(4))])).toEqual([1, 2, 3, 4])
})

test('each is told of its own failure', async () => {
  const held = new HeldRequests()
  held.hold()
  const failing = held.whenReleased(async () => {
    throw new Error('no')
  })
  const other = held.whenReleased(async () => 'yes')
  held.release()
  await expect(failing).rejects.toThrow('no')
  expect(await other).toBe('yes')
})

test('what is given up begins at once, and says so', async () => {
  const held = new HeldRequests()
  held.hold()
  const given = new AbortController()
  const begun: string[] = []
  const work = (name: string, signal?: AbortSignal) => async () => {
    begun.push(name)
    signal?.throwIfAborted()
    return name
  }
  const first = held.whenReleased(work('first', given.signal), given.signal)
  const second = held.whenReleased(work('second'))
  given.abort(new Error('given up'))
  await expect(first).rejects.toThrow('given up')
  await expect(held.whenReleased(work('third', given.signal), given.signal)).rejects.toThrow('given up')
  expect(begun).toEqual(['first', 'third'])
  held.release()
  expect(await second).toBe('second')
  expect(begun).toEqual(['first', 'third', 'second'])
})
