import { describe, expect, test } from 'vitest'
import type { FetchedChunk } from '../../src/core/consumer.ts'
import { type ClientSubject, numbered, numbers } from './client-subject.ts'

/** What the consumer does over every transport. */
export function describeConsumer(subject: ClientSubject): void {
  describe('the consumer', () => {
    test('reads from and to offsets, ends, timestamps and so many from the end', async () => {
      const name = await subject.topic()
      await subject.send(
        ...numbered(name, 10).map((message, index) => ({ ...message, timestamp: 1_700_000_000_000 + index * 1_000 })),
      )
      expect(await subject.values({ topics: [name], from: 4 })).toEqual(numbers(4, 10))
      expect(await subject.values({ topics: [name], from: 4, to: 6 })).toEqual(numbers(4, 6))
      expect(await subject.values({ topics: [name], from: { fromEnd: 3 } })).toEqual(numbers(7, 10))
      expect(await subject.values({ topics: [name], from: { fromEnd: 30 } })).toEqual(numbers(0, 10))
      expect(await subject.values({ topics: [name], from: { timestamp: 1_700_000_004_500 } })).toEqual(numbers(5, 10))
      expect(await subject.values({ topics: [name], to: { timestamp: 1_700_000_004_500 } })).toEqual(numbers(0, 5))
      expect(await subject.values({ topics: [name], from: { timestamp: Date.now() } })).toEqual([])
      expect(await subject.values({ topics: [name], from: 'end' })).toEqual([])
      expect(await subject.values({ topics: [name], positions: [{ topic: name, partition: 0, position: 8 }] })).toEqual(
        ['8', '9'],
      )
    })

    test('reads each partition to an end of its own', async () => {
      const name = await subject.topic(2)
      for (const partition of [0, 1]) await subject.send(...numbered(name, 5, { partition }))
      const ends = [{ topic: name, partition: 1, position: { fromEnd: 3 } }]
      const places = (await subject.read({ topics: [name], to: 'end', ends })).map((each) => each.partition)
      expect(places.sort()).toEqual([0, 0, 0, 0, 0, 1, 1])
      expect(() => subject.rafka.consumer({ topics: [name], ends })).toThrow(/ends go with to/)
    })

    test('reads several topics, and partitions by name', async () => {
      const [one, two] = [await subject.topic(3), await subject.topic()]
      for (const partition of [0, 1, 2]) await subject.send(...numbered(one, 20, { partition }))
      await subject.send(...numbered(two, 5))
      const messages = await subject.read({ topics: [{ topic: one, partitions: [0, 2] }, two] })
      const places = messages.map(({ topic: from, partition }) => `${from}/${partition}`)
      expect(new Map(places.map((place) => [place, places.filter((each) => each === place).length]))).toEqual(
        new Map([
          [`${one}/0`, 20],
          [`${one}/2`, 20],
          [`${two}/0`, 5],
        ]),
      )
    })

    test('ends at once where there is nothing to read', async () => {
      const name = await subject.topic(4)
      expect(await subject.values({ topics: [name] })).toEqual([])
      await subject.send({ topic: name, partition: 2, value: 'x' })
      expect(await subject.values({ topics: [name] })).toEqual(['x'])
    })

    test('ends where the end was when it began', async () => {
      const name = await subject.topic()
      await subject.send(...numbered(name, 3))
      const seen = []
      for await (const { value } of subject.rafka.consumer({ topics: [name], to: 'end' })) {
        seen.push(`${value}`)
        await subject.send({ topic: name, value: 'more' })
      }
      expect(seen).toEqual(['0', '1', '2'])
    })

    test('gives chunks with their records as slices', async () => {
      const name = await subject.topic()
      await subject.send(...numbered(name, 50))
      const chunks: FetchedChunk[] = []
      await using consumer = subject.rafka.consumer({ topics: [name], to: 'end', from: 10 })
      for await (const chunk of consumer.chunks()) chunks.push(chunk)
      const seen = chunks.flatMap((chunk) => [...chunk.messages()].map(({ offset }) => offset))
      expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => 10 + index))
      expect(chunks.at(-1)?.nextOffset).toBe(50)
      expect(chunks[0]).toMatchObject({ logStart: 0, lastStable: 50, highWatermark: 50 })
      expect(consumer.positions()).toEqual([{ topic: name, partition: 0, offset: 50 }])
      const cursor = chunks[0]!.cursor()
      expect(cursor.next()).toBe(true)
      expect(cursor.bytes.toString('utf8', cursor.valueStart, cursor.valueEnd)).toBe('10')
      expect(cursor).toMatchObject({ producerEpoch: 0, attributes: 0 })
      expect(cursor.producerId).toBeGreaterThanOrEqual(0)
      expect(cursor.leaderEpoch).toBeGreaterThanOrEqual(0)
    })

    test('follows, and lets go as soon as the loop ends', async () => {
      const name = await subject.topic()
      const consumer = subject.rafka.consumer({ topics: [name], from: 'end', maxWaitMs: 20_000 })
      await consumer.seek({ topic: name, partition: 0 }, 'end')
      const seen = []
      await subject.send({ topic: name, value: 'first' })
      for await (const { value } of consumer) {
        seen.push(`${value}`)
        if (seen.length === 2) break
        await subject.send({ topic: name, value: 'second' })
      }
      expect(seen).toEqual(['first', 'second'])
    })

    test('ends a loop that waits when it is closed', async () => {
      const consumer = subject.rafka.consumer({ topics: [await subject.topic()], maxWaitMs: 20_000 })
      const next = consumer[Symbol.asyncIterator]().next()
      await consumer.seek({ topic: subject.lastTopic, partition: 0 }, 'start')
      await consumer.close()
      await expect(next).resolves.toEqual({ done: true, value: undefined })
    })

    test('waits for topics that do not exist yet, and creates none', async () => {
      const name = `awaited-${subject.lastTopic}`
      const waiting: string[] = []
      const consumer = subject.rafka.consumer({ topics: [name], from: 'end', onWaiting: (each) => waiting.push(each) })
      const next = consumer[Symbol.asyncIterator]().next()
      await expect.poll(() => waiting).toEqual([name])
      expect((await subject.rafka.admin().listTopics()).map((each) => each.name)).not.toContain(name)
      await subject.send({ topic: name, value: 'here' })
      expect((await next).value?.value?.toString()).toBe('here')
      await consumer.close()
      expect(waiting).toEqual([name])
    })

    test('refuses a topic or partition that does not exist when it is to end', async () => {
      const unknown = { code: 'UNKNOWN_TOPIC_OR_PARTITION' }
      await expect(subject.values({ topics: ['nowhere'] })).rejects.toMatchObject(unknown)
      const name = await subject.topic(2)
      await expect(subject.values({ topics: [{ topic: name, partitions: [5] }] })).rejects.toMatchObject(unknown)
    })

    test('fails when a topic that it follows is deleted, or waits for it anew', async () => {
      const name = await subject.topic()
      await subject.send({ topic: name, value: 'old' })
      const [strict, patient] = [false, true].map((waitForTopics) => {
        return subject.rafka.consumer({ topics: [name], waitForTopics })[Symbol.asyncIterator]()
      })
      expect((await strict!.next()).value?.value?.toString()).toBe('old')
      expect((await patient!.next()).value?.value?.toString()).toBe('old')
      await subject.rafka.admin().deleteTopics([name])
      await expect(strict!.next()).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
      await subject.send({ topic: name, value: 'new' })
      expect((await patient!.next()).value?.value?.toString()).toBe('new')
      await patient!.return?.()
    })

    test('goes on at the new start when records go, unless an exact offset was asked for', async () => {
      const name = await subject.topic()
      await subject.send(...numbered(name, 10))
      const consumer = subject.rafka.consumer({ topics: [name], to: 'end' })
      await consumer.seek({ topic: name, partition: 0 }, 'start')
      consumer.pause()
      await subject.rafka.admin().deleteRecords([{ topic: name, partition: 0, before: 6 }])
      consumer.resume()
      const seen = []
      for await (const { offset } of consumer) seen.push(offset)
      expect(seen).toEqual([6, 7, 8, 9])
      const gone = { code: 'OFFSET_OUT_OF_RANGE', message: `${name}-0 has no offset 2: it holds 6 to 9` }
      await expect(subject.values({ topics: [name], from: 2 })).rejects.toMatchObject(gone)
      await expect(subject.values({ topics: [name], from: 99 })).resolves.toEqual([])
      await expect(subject.values({ topics: [name], from: 99, to: 100 })).rejects.toMatchObject({
        code: 'OFFSET_OUT_OF_RANGE',
      })
    })

    test('pauses, resumes and seeks in the middle of what was fetched', async () => {
      const name = await subject.topic(2)
      await subject.send(...numbered(name, 5, { partition: 0 }), ...numbered(name, 5, { partition: 1 }))
      const first = { topic: name, partition: 0 }
      const consumer = subject.rafka.consumer({ topics: [name], to: 'end' })
      const seen = []
      for await (const { partition, offset } of consumer) {
        seen.push(`${partition}:${offset}`)
        if (partition === 0 && offset === 2 && seen.filter((each) => each === '0:2').length === 1) {
          consumer.pause([first])
          await consumer.seek(first, 1)
          consumer.resume([first])
        }
      }
      expect(seen.filter((each) => each.startsWith('0'))).toEqual(['0:0', '0:1', '0:2', '0:1', '0:2', '0:3', '0:4'])
      expect(seen.filter((each) => each.startsWith('1'))).toEqual(['1:0', '1:1', '1:2', '1:3', '1:4'])
    })

    test('resumes at once while another partition waits for records', async () => {
      const name = await subject.topic(2)
      const second = { topic: name, partition: 1 }
      const consumer = subject.rafka.consumer({ topics: [name], maxWaitMs: 20_000 })
      consumer.pause([second])
      const next = consumer[Symbol.asyncIterator]().next()
      await subject.send({ topic: name, partition: 1, value: 'x' })
      await consumer.seek({ topic: name, partition: 0 }, 'end')
      consumer.resume([second])
      expect((await next).value?.partition).toBe(1)
      await consumer.close()
    })

    test('reads with little memory', async () => {
      const name = await subject.topic(3)
      await using producer = subject.rafka.producer({ batchBytes: 500 })
      await producer.sendAll(numbered(name, 1_000).map((message, index) => ({ ...message, partition: index % 3 })))
      const messages = await subject.read({ topics: [name], prefetchBytes: 1_000 })
      expect(messages).toHaveLength(1_000)
    })

    test('is iterated once', () => {
      const consumer = subject.rafka.consumer({ topics: ['x'] })
      consumer.chunks()[Symbol.asyncIterator]()
      expect(() => consumer[Symbol.asyncIterator]()).toThrow(/iterated once/)
    })
  })
}
