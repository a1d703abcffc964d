import { describe, expect, test } from 'vitest'
import type { CompressionName } from '../../src/core/message.ts'
import { type ClientSubject, numbered, numbers } from './client-subject.ts'

/** What the producer does over every transport. */
export function describeProducer(subject: ClientSubject): void {
  describe('the producer', () => {
    test('sends keys, values, headers and timestamps as they are', async () => {
      const name = await subject.topic()
      const binary = Buffer.from([0, 255, 128, 10])
      await subject.send(
        { topic: name, key: 'k', value: 'v', timestamp: Date.now() - 5_000 },
        { topic: name, key: binary, value: new Uint8Array(binary), headers: [{ key: 'h', value: null }] },
        { topic: name, key: '', value: '' },
        { topic: name, key: null, value: null },
        { topic: name, value: 'ü', headers: ['a', 'b'].map((value) => ({ key: '__proto__', value })) },
      )
      const [first, second, third, fourth, fifth] = await subject.read({ topics: [name] })
      expect(first).toMatchObject({ topic: name, partition: 0, offset: 0, timestampType: 'create', headers: [] })
      expect([first?.key, first?.value].map(String)).toEqual(['k', 'v'])
      expect(Date.now() - first!.timestamp).toBeGreaterThanOrEqual(5_000)
      expect(second).toMatchObject({ key: binary, value: binary, headers: [{ key: 'h', value: null }] })
      expect([third?.key?.length, third?.value?.length]).toEqual([0, 0])
      expect([fourth?.key, fourth?.value]).toEqual([null, null])
      expect(fifth?.value?.toString()).toBe('ü')
      expect(fifth?.headers.map(({ key, value }) => `${key}=${value}`)).toEqual(['__proto__=a', '__proto__=b'])
    })

    test('tells where each record went, in the order of the calls', async () => {
      const name = await subject.topic()
      const receipts = await subject.send(...numbered(name, 100, { timestamp: 1_700_000_000_000 }))
      expect(receipts.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, index) => index))
      expect(receipts[99]).toEqual({ topic: name, partition: 0, offset: 99, timestamp: 1_700_000_000_000 })
      expect(await subject.values({ topics: [name] })).toEqual(numbers(0, 100))
    })

    test('creates a topic that does not exist with the first record', async () => {
      await expect(subject.send({ topic: 'born-by-sending', value: 'x' })).resolves.toHaveLength(1)
      expect(await subject.values({ topics: ['born-by-sending'] })).toEqual(['x'])
    })

    test('sends records with the same key to the same partition and those without one anywhere', async () => {
      const name = await subject.topic(3)
      const keyed = numbered(name, 300).map((message, index) => ({ ...message, key: `key ${index % 30}` }))
      const receipts = await subject.send(...keyed, ...numbered(name, 50))
      const partitions = new Map<unknown, Set<number>>()
      receipts.slice(0, 300).forEach(({ partition }, index) => {
        const { key } = keyed[index]!
        partitions.set(key, (partitions.get(key) ?? new Set()).add(partition))
      })
      expect([...partitions.values()].every((each) => each.size === 1)).toBe(true)
      expect(new Set(receipts.slice(0, 300).map(({ partition }) => partition)).size).toBe(3)
      expect(await subject.read({ topics: [name] })).toHaveLength(350)
    })

    test.each<CompressionName>(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('compresses with %s', async (compression) => {
      const name = await subject.topic()
      await using producer = subject.rafka.producer({ compression })
      await producer.sendAll(numbered(name, 1_000, { headers: [{ key: 'h', value: 'x'.repeat(20) }] }))
      expect(await subject.values({ topics: [name] })).toEqual(numbers(0, 1_000))
      const batches = []
      for await (const batch of subject.rafka.admin().batches({ topic: name, partition: 0 })) batches.push(batch)
      expect(batches.map((batch) => batch.compression)).toEqual(batches.map(() => compression))
    })

    test.each([0, 1] as const)('sends with acks %i', async (acks) => {
      const name = await subject.topic()
      const producer = subject.rafka.producer({ acks })
      const receipts = await producer.sendAll(numbered(name, 10))
      expect(receipts.map(({ offset }) => offset)).toEqual(receipts.map((_, index) => (acks === 0 ? -1 : index)))
      await producer.close()
      await expect.poll(() => subject.values({ topics: [name] })).toEqual(numbers(0, 10))
    })

    test('sends what waits when it is closed, and nothing after', async () => {
      const name = await subject.topic()
      const producer = subject.rafka.producer({ lingerMs: 60_000 })
      const sent = producer.send({ topic: name, value: 'last' })
      await producer.close()
      await expect(sent).resolves.toMatchObject({ offset: 0 })
      await expect(producer.send({ topic: name, value: 'late' })).rejects.toMatchObject({ code: 'CLOSED' })
    })

    test('refuses a record that cannot fit, and that one alone', async () => {
      const name = await subject.topic(1, { 'max.message.bytes': '2000' })
      await using producer = subject.rafka.producer()
      const results = await Promise.allSettled([
        producer.send({ topic: name, value: 'before' }),
        producer.send({ topic: name, value: 'x'.repeat(5_000) }),
        producer.send({ topic: name, value: 'x'.repeat(2_000_000) }),
        producer.send({ topic: name, value: 'after' }),
      ])
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
      expect(results[1]).toMatchObject({ reason: { code: 'MESSAGE_TOO_LARGE' } })
      expect(results[2]).toMatchObject({ reason: { code: 'MESSAGE_TOO_LARGE' } })
      expect(await subject.values({ topics: [name] })).toEqual(['before', 'after'])
    })

    test('splits batches that are larger than the topic allows', async () => {
      const name = await subject.topic(1, { 'max.message.bytes': '1000' })
      const receipts = await subject.send(...numbered(name, 1_000))
      expect(receipts.map(({ offset }) => offset)).toEqual(receipts.map((_, index) => index))
      expect(await subject.values({ topics: [name] })).toEqual(numbers(0, 1_000))
    })

    test('refuses a partition that does not exist, and finds one that was added since', async () => {
      const name = await subject.topic(2)
      await using producer = subject.rafka.producer()
      await producer.send({ topic: name, partition: 1, value: 'x' })
      const missing = producer.send({ topic: name, partition: 2, value: 'x' })
      await expect(missing).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
      await subject.rafka.admin().createPartitions([{ name, total: 3 }])
      await expect(producer.send({ topic: name, partition: 2, value: 'x' })).resolves.toMatchObject({ partition: 2 })
    })

    test('refuses illegal names of topics', async () => {
      await expect(subject.send({ topic: 'a/b', value: 'x' })).rejects.toMatchObject({
        code: 'INVALID_TOPIC_EXCEPTION',
      })
    })

    test('waits for no more records when memory is full', async () => {
      const name = await subject.topic()
      const producer = subject.rafka.producer({ bufferBytes: 1_000, lingerMs: 60_000 })
      const sent = producer.sendAll(numbered(name, 500))
      const end = async () =>
        (await subject.rafka.admin().listOffsets([{ topic: name, partition: 0 }], 'end'))[0]?.offset
      await expect.poll(end).toBeGreaterThan(450)
      await producer.close()
      await sent
      expect(await subject.values({ topics: [name] })).toEqual(numbers(0, 500))
    })
  })

  describe('the record writer', () => {
    const source = Buffer.from('key:value')

    test('writes slices of bytes, and tells what was acknowledged', async () => {
      const name = await subject.topic()
      await using producer = subject.rafka.producer({ batchBytes: 10_000 })
      const writer = producer.writer(name, {
        headers: [{ key: 'h', value: Buffer.from('x') }],
        timestamp: 1_700_000_000_000,
      })
      for (let index = 0; index < 5_000; index += 1) {
        if (!writer.write(source, index % 2 === 0 ? -1 : 0, 3, 4, 9)) await writer.drained()
      }
      await writer.flush()
      expect(writer.acknowledged).toMatchObject({ records: 5_000, leading: 5_000, bytes: 2_500 * 13 })
      expect([...writer.acknowledged.partitions]).toEqual([[0, { firstOffset: 0, lastOffset: 4_999 }]])
      const messages = await subject.read({ topics: [name] })
      expect(messages).toHaveLength(5_000)
      expect(messages.map(({ key }) => key?.toString())).toEqual(
        messages.map((_, index) => (index % 2 === 0 ? undefined : 'key')),
      )
      expect(messages.every(({ value, headers }) => `${value}` === 'value' && headers.length === 1)).toBe(true)
      expect(messages[0]?.timestamp).toBe(1_700_000_000_000)
    })

    test('gives a record what it has of its own, though it has to wait', async () => {
      const name = await subject.topic(3)
      await using producer = subject.rafka.producer()
      const writer = producer.writer(name, { partition: 2, timestamp: 1_700_000_000_000 })
      const value = Buffer.from('x')
      const own = { partition: 1, timestamp: 1_700_000_000_001, headers: [{ key: 'h', value }] }
      for (let round = 0; round < 2; round += 1) {
        writer.write(source, -1, -1, 4, 9, own)
        writer.write(source, -1, -1, 4, 9)
        // What it was given is not looked at again.
        if (round === 0) value[0] = 0x79
        await writer.flush()
      }
      const messages = await subject.read({ topics: [name] })
      const seen = messages.map((each) => [
        each.partition,
        each.timestamp % 10,
        each.headers.map(({ value: of }) => `${of}`),
      ])
      const others = [2, 0, []]
      expect(seen.sort()).toEqual([[1, 1, ['x']], [1, 1, ['y']], others, others])
      expect(() => writer.write(source, -1, -1, 4, 9, { partition: 7 })).not.toThrow()
      await expect(writer.flush()).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
    })

    test('keeps going after a record that is too large', async () => {
      const name = await subject.topic()
      await using producer = subject.rafka.producer()
      const writer = producer.writer(name, { partition: 0 })
      expect(() => writer.write(Buffer.alloc(2_000_000), -1, -1, 0, 2_000_000)).toThrow(/2000000 bytes/)
      if (!writer.write(source, -1, -1, 4, 9)) await writer.drained()
      expect(() => writer.write(Buffer.alloc(2_000_000), -1, -1, 0, 2_000_000)).toThrow(/2000000 bytes/)
      writer.write(source, -1, -1, 4, 9)
      await writer.flush()
      expect(writer.acknowledged).toMatchObject({ records: 2, leading: 2 })
    })

    test('tells of a topic that cannot be', async () => {
      await using producer = subject.rafka.producer()
      const writer = producer.writer('a/b')
      writer.write(source, -1, -1, 4, 9)
      await expect(writer.flush()).rejects.toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' })
      expect(writer.acknowledged).toMatchObject({ records: 0, leading: 0 })
    })
  })
}
