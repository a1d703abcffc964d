import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FetchedChunk } from '../../src/core/consumer.ts'
import type { CompressionName, Message, OutgoingMessage } from '../../src/core/message.ts'
import type { ConsumerOptions, Rafka } from '../../src/core/rafka.ts'

/** A broker, and clients of it over one kind of transport. */
export interface ClientSetup {
  /** A client that the test closes, or the setup at its end. */
  connect(): Promise<Rafka>
  close(): Promise<void>
}

/** What every client does, whatever lies between it and the broker. */
export function describeClientContract(name: string, setup: () => Promise<ClientSetup>): void {
  describe(name, () => {
    let running: ClientSetup
    let rafka: Rafka
    let topics = 0

    beforeAll(async () => {
      running = await setup()
      rafka = await running.connect()
    })

    afterAll(async () => {
      await running.close()
    })

    /** A new topic. */
    async function topic(partitions = 1, configs: Record<string, string> = {}): Promise<string> {
      topics += 1
      const created = await rafka.admin().createTopics([{ name: `topic-${topics}`, partitions, configs }])
      expect(created[0]?.error).toBeNull()
      return `topic-${topics}`
    }

    async function read(options: ConsumerOptions): Promise<Message[]> {
      const messages: Message[] = []
      for await (const message of rafka.consumer({ to: 'end', ...options })) messages.push(message)
      return messages
    }

    async function values(options: ConsumerOptions): Promise<Array<string | undefined>> {
      return (await read(options)).map(({ value }) => value?.toString())
    }

    async function send(...messages: OutgoingMessage[]) {
      await using producer = rafka.producer()
      return producer.sendAll(messages)
    }

    /** `count` messages whose values are their numbers. */
    function numbered(name: string, count: number, extra: Partial<OutgoingMessage> = {}): OutgoingMessage[] {
      return Array.from({ length: count }, (_, index) => ({ topic: name, value: `${index}`, ...extra }))
    }

    function numbers(from: number, to: number): string[] {
      return Array.from({ length: to - from }, (_, index) => `${from + index}`)
    }

    describe('the producer', () => {
      test('sends keys, values, headers and timestamps as they are', async () => {
        const name = await topic()
        const binary = Buffer.from([0, 255, 128, 10])
        await send(
          { topic: name, key: 'k', value: 'v', timestamp: Date.now() - 5_000 },
          { topic: name, key: binary, value: new Uint8Array(binary), headers: [{ key: 'h', value: null }] },
          { topic: name, key: '', value: '' },
          { topic: name, key: null, value: null },
          { topic: name, value: 'ü', headers: ['a', 'b'].map((value) => ({ key: '__proto__', value })) },
        )
        const [first, second, third, fourth, fifth] = await read({ topics: [name] })
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
        const name = await topic()
        const receipts = await send(...numbered(name, 100, { timestamp: 1_700_000_000_000 }))
        expect(receipts.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, index) => index))
        expect(receipts[99]).toEqual({ topic: name, partition: 0, offset: 99, timestamp: 1_700_000_000_000 })
        expect(await values({ topics: [name] })).toEqual(numbers(0, 100))
      })

      test('creates a topic that does not exist with the first record', async () => {
        await expect(send({ topic: 'born-by-sending', value: 'x' })).resolves.toHaveLength(1)
        expect(await values({ topics: ['born-by-sending'] })).toEqual(['x'])
      })

      test('sends records with the same key to the same partition and those without one anywhere', async () => {
        const name = await topic(3)
        const keyed = numbered(name, 300).map((message, index) => ({ ...message, key: `key ${index % 30}` }))
        const receipts = await send(...keyed, ...numbered(name, 50))
        const partitions = new Map<unknown, Set<number>>()
        receipts.slice(0, 300).forEach(({ partition }, index) => {
          const { key } = keyed[index]!
          partitions.set(key, (partitions.get(key) ?? new Set()).add(partition))
        })
        expect([...partitions.values()].every((each) => each.size === 1)).toBe(true)
        expect(new Set(receipts.slice(0, 300).map(({ partition }) => partition)).size).toBe(3)
        expect(await read({ topics: [name] })).toHaveLength(350)
      })

      test.each<CompressionName>(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
        'compresses with %s',
        async (compression) => {
          const name = await topic()
          await using producer = rafka.producer({ compression })
          await producer.sendAll(numbered(name, 1_000, { headers: [{ key: 'h', value: 'x'.repeat(20) }] }))
          expect(await values({ topics: [name] })).toEqual(numbers(0, 1_000))
          const batches = []
          for await (const batch of rafka.admin().batches({ topic: name, partition: 0 })) batches.push(batch)
          expect(batches.map((batch) => batch.compression)).toEqual(batches.map(() => compression))
        },
      )

      test.each([0, 1] as const)('sends with acks %i', async (acks) => {
        const name = await topic()
        const producer = rafka.producer({ acks })
        const receipts = await producer.sendAll(numbered(name, 10))
        expect(receipts.map(({ offset }) => offset)).toEqual(receipts.map((_, index) => (acks === 0 ? -1 : index)))
        await producer.close()
        await expect.poll(() => values({ topics: [name] })).toEqual(numbers(0, 10))
      })

      test('sends what waits when it is closed, and nothing after', async () => {
        const name = await topic()
        const producer = rafka.producer({ lingerMs: 60_000 })
        const sent = producer.send({ topic: name, value: 'last' })
        await producer.close()
        await expect(sent).resolves.toMatchObject({ offset: 0 })
        await expect(producer.send({ topic: name, value: 'late' })).rejects.toMatchObject({ code: 'CLOSED' })
      })

      test('refuses a record that cannot fit, and that one alone', async () => {
        const name = await topic(1, { 'max.message.bytes': '2000' })
        await using producer = rafka.producer()
        const results = await Promise.allSettled([
          producer.send({ topic: name, value: 'before' }),
          producer.send({ topic: name, value: 'x'.repeat(5_000) }),
          producer.send({ topic: name, value: 'x'.repeat(2_000_000) }),
          producer.send({ topic: name, value: 'after' }),
        ])
        expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
        expect(results[1]).toMatchObject({ reason: { code: 'MESSAGE_TOO_LARGE' } })
        expect(results[2]).toMatchObject({ reason: { code: 'MESSAGE_TOO_LARGE' } })
        expect(await values({ topics: [name] })).toEqual(['before', 'after'])
      })

      test('splits batches that are larger than the topic allows', async () => {
        const name = await topic(1, { 'max.message.bytes': '1000' })
        const receipts = await send(...numbered(name, 1_000))
        expect(receipts.map(({ offset }) => offset)).toEqual(receipts.map((_, index) => index))
        expect(await values({ topics: [name] })).toEqual(numbers(0, 1_000))
      })

      test('refuses a partition that does not exist, and finds one that was added since', async () => {
        const name = await topic(2)
        await using producer = rafka.producer()
        await producer.send({ topic: name, partition: 1, value: 'x' })
        const missing = producer.send({ topic: name, partition: 2, value: 'x' })
        await expect(missing).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
        await rafka.admin().createPartitions([{ name, total: 3 }])
        await expect(producer.send({ topic: name, partition: 2, value: 'x' })).resolves.toMatchObject({ partition: 2 })
      })

      test('refuses illegal names of topics', async () => {
        await expect(send({ topic: 'a/b', value: 'x' })).rejects.toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' })
      })

      test('waits for no more records when memory is full', async () => {
        const name = await topic()
        const producer = rafka.producer({ bufferBytes: 1_000, lingerMs: 60_000 })
        const sent = producer.sendAll(numbered(name, 500))
        const end = async () => (await rafka.admin().listOffsets([{ topic: name, partition: 0 }], 'end'))[0]?.offset
        await expect.poll(end).toBeGreaterThan(450)
        await producer.close()
        await sent
        expect(await values({ topics: [name] })).toEqual(numbers(0, 500))
      })
    })

    describe('the record writer', () => {
      const source = Buffer.from('key:value')

      test('writes slices of bytes, and tells what was acknowledged', async () => {
        const name = await topic()
        await using producer = rafka.producer({ batchBytes: 10_000 })
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
        const messages = await read({ topics: [name] })
        expect(messages).toHaveLength(5_000)
        expect(messages.map(({ key }) => key?.toString())).toEqual(
          messages.map((_, index) => (index % 2 === 0 ? undefined : 'key')),
        )
        expect(messages.every(({ value, headers }) => `${value}` === 'value' && headers.length === 1)).toBe(true)
        expect(messages[0]?.timestamp).toBe(1_700_000_000_000)
      })

      test('keeps going after a record that is too large', async () => {
        const name = await topic()
        await using producer = rafka.producer()
        const writer = producer.writer(name, { partition: 0 })
        if (!writer.write(source, -1, -1, 4, 9)) await writer.drained()
        expect(() => writer.write(Buffer.alloc(2_000_000), -1, -1, 0, 2_000_000)).toThrow(/2000000 bytes/)
        writer.write(source, -1, -1, 4, 9)
        await writer.flush()
        expect(writer.acknowledged).toMatchObject({ records: 2, leading: 2 })
      })

      test('tells of a topic that cannot be', async () => {
        await using producer = rafka.producer()
        const writer = producer.writer('a/b')
        writer.write(source, -1, -1, 4, 9)
        await expect(writer.flush()).rejects.toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' })
        expect(writer.acknowledged).toMatchObject({ records: 0, leading: 0 })
      })
    })

    describe('the consumer', () => {
      test('reads from and to offsets, ends, timestamps and so many from the end', async () => {
        const name = await topic()
        await send(
          ...numbered(name, 10).map((message, index) => ({ ...message, timestamp: 1_700_000_000_000 + index * 1_000 })),
        )
        expect(await values({ topics: [name], from: 4 })).toEqual(numbers(4, 10))
        expect(await values({ topics: [name], from: 4, to: 6 })).toEqual(numbers(4, 6))
        expect(await values({ topics: [name], from: { fromEnd: 3 } })).toEqual(numbers(7, 10))
        expect(await values({ topics: [name], from: { fromEnd: 30 } })).toEqual(numbers(0, 10))
        expect(await values({ topics: [name], from: { timestamp: 1_700_000_004_500 } })).toEqual(numbers(5, 10))
        expect(await values({ topics: [name], to: { timestamp: 1_700_000_004_500 } })).toEqual(numbers(0, 5))
        expect(await values({ topics: [name], from: { timestamp: Date.now() } })).toEqual([])
        expect(await values({ topics: [name], from: 'end' })).toEqual([])
        expect(await values({ topics: [name], positions: [{ topic: name, partition: 0, position: 8 }] })).toEqual([
          '8',
          '9',
        ])
      })

      test('reads several topics, and partitions by name', async () => {
        const [one, two] = [await topic(3), await topic()]
        for (const partition of [0, 1, 2]) await send(...numbered(one, 20, { partition }))
        await send(...numbered(two, 5))
        const messages = await read({ topics: [{ topic: one, partitions: [0, 2] }, two] })
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
        const name = await topic(4)
        expect(await values({ topics: [name] })).toEqual([])
        await send({ topic: name, partition: 2, value: 'x' })
        expect(await values({ topics: [name] })).toEqual(['x'])
      })

      test('ends where the end was when it began', async () => {
        const name = await topic()
        await send(...numbered(name, 3))
        const seen = []
        for await (const { value } of rafka.consumer({ topics: [name], to: 'end' })) {
          seen.push(`${value}`)
          await send({ topic: name, value: 'more' })
        }
        expect(seen).toEqual(['0', '1', '2'])
      })

      test('gives chunks with their records as slices', async () => {
        const name = await topic()
        await send(...numbered(name, 50))
        const chunks: FetchedChunk[] = []
        await using consumer = rafka.consumer({ topics: [name], to: 'end', from: 10 })
        for await (const chunk of consumer.chunks()) chunks.push(chunk)
        const seen = chunks.flatMap((chunk) => [...chunk.messages()].map(({ offset }) => offset))
        expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => 10 + index))
        expect(chunks.at(-1)?.nextOffset).toBe(50)
        expect(consumer.positions()).toEqual([{ topic: name, partition: 0, offset: 50 }])
        const cursor = chunks[0]!.cursor()
        expect(cursor.next()).toBe(true)
        expect(cursor.bytes.toString('utf8', cursor.valueStart, cursor.valueEnd)).toBe('10')
      })

      test('follows, and lets go as soon as the loop ends', async () => {
        const name = await topic()
        const consumer = rafka.consumer({ topics: [name], from: 'end', maxWaitMs: 20_000 })
        await consumer.seek({ topic: name, partition: 0 }, 'end')
        const seen = []
        await send({ topic: name, value: 'first' })
        for await (const { value } of consumer) {
          seen.push(`${value}`)
          if (seen.length === 2) break
          await send({ topic: name, value: 'second' })
        }
        expect(seen).toEqual(['first', 'second'])
      })

      test('ends a loop that waits when it is closed', async () => {
        const consumer = rafka.consumer({ topics: [await topic()], maxWaitMs: 20_000 })
        const next = consumer[Symbol.asyncIterator]().next()
        await consumer.seek({ topic: `topic-${topics}`, partition: 0 }, 'start')
        await consumer.close()
        await expect(next).resolves.toEqual({ done: true, value: undefined })
      })

      test('waits for topics that do not exist yet, and creates none', async () => {
        const name = `awaited-${topics}`
        const waiting: string[] = []
        const consumer = rafka.consumer({ topics: [name], from: 'end', onWaiting: (each) => waiting.push(each) })
        const next = consumer[Symbol.asyncIterator]().next()
        await expect.poll(() => waiting).toEqual([name])
        expect((await rafka.admin().listTopics()).map((each) => each.name)).not.toContain(name)
        await send({ topic: name, value: 'here' })
        expect((await next).value?.value?.toString()).toBe('here')
        await consumer.close()
        expect(waiting).toEqual([name])
      })

      test('refuses a topic or partition that does not exist when it is to end', async () => {
        const unknown = { code: 'UNKNOWN_TOPIC_OR_PARTITION' }
        await expect(values({ topics: ['nowhere'] })).rejects.toMatchObject(unknown)
        const name = await topic(2)
        await expect(values({ topics: [{ topic: name, partitions: [5] }] })).rejects.toMatchObject(unknown)
      })

      test('fails when a topic that it follows is deleted, or waits for it anew', async () => {
        const name = await topic()
        await send({ topic: name, value: 'old' })
        const [strict, patient] = [false, true].map((waitForTopics) => {
          return rafka.consumer({ topics: [name], waitForTopics })[Symbol.asyncIterator]()
        })
        expect((await strict!.next()).value?.value?.toString()).toBe('old')
        expect((await patient!.next()).value?.value?.toString()).toBe('old')
        await rafka.admin().deleteTopics([name])
        await expect(strict!.next()).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
        await send({ topic: name, value: 'new' })
        expect((await patient!.next()).value?.value?.toString()).toBe('new')
        await patient!.return?.()
      })

      test('goes on at the new start when records go, unless an exact offset was asked for', async () => {
        const name = await topic()
        await send(...numbered(name, 10))
        const consumer = rafka.consumer({ topics: [name], to: 'end' })
        await consumer.seek({ topic: name, partition: 0 }, 'start')
        consumer.pause()
        await rafka.admin().deleteRecords([{ topic: name, partition: 0, before: 6 }])
        consumer.resume()
        const seen = []
        for await (const { offset } of consumer) seen.push(offset)
        expect(seen).toEqual([6, 7, 8, 9])
        const gone = { code: 'OFFSET_OUT_OF_RANGE', message: `${name}-0 has no offset 2: it holds 6 to 9` }
        await expect(values({ topics: [name], from: 2 })).rejects.toMatchObject(gone)
        await expect(values({ topics: [name], from: 99 })).resolves.toEqual([])
        await expect(values({ topics: [name], from: 99, to: 100 })).rejects.toMatchObject({
          code: 'OFFSET_OUT_OF_RANGE',
        })
      })

      test('pauses, resumes and seeks in the middle of what was fetched', async () => {
        const name = await topic(2)
        await send(...numbered(name, 5, { partition: 0 }), ...numbered(name, 5, { partition: 1 }))
        const first = { topic: name, partition: 0 }
        const consumer = rafka.consumer({ topics: [name], to: 'end' })
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
        const name = await topic(2)
        const second = { topic: name, partition: 1 }
        const consumer = rafka.consumer({ topics: [name], maxWaitMs: 20_000 })
        consumer.pause([second])
        const next = consumer[Symbol.asyncIterator]().next()
        await send({ topic: name, partition: 1, value: 'x' })
        await consumer.seek({ topic: name, partition: 0 }, 'end')
        consumer.resume([second])
        expect((await next).value?.partition).toBe(1)
        await consumer.close()
      })

      test('reads with little memory', async () => {
        const name = await topic(3)
        await using producer = rafka.producer({ batchBytes: 500 })
        await producer.sendAll(numbered(name, 1_000).map((message, index) => ({ ...message, partition: index % 3 })))
        const messages = await read({ topics: [name], prefetchBytes: 1_000 })
        expect(messages).toHaveLength(1_000)
      })

      test('is iterated once', () => {
        const consumer = rafka.consumer({ topics: ['x'] })
        consumer.chunks()[Symbol.asyncIterator]()
        expect(() => consumer[Symbol.asyncIterator]()).toThrow(/iterated once/)
      })
    })

    describe('the admin', () => {
      test('creates, lists, describes, grows and deletes topics', async () => {
        const admin = rafka.admin()
        const created = await admin.createTopics(
          [{ name: 'adm', partitions: 2 }, { name: 'a/b' }, { name: 'free' }],
          {},
        )
        expect(created.map(({ name, error }) => [name, error?.code])).toEqual([
          ['adm', undefined],
          ['a/b', 'INVALID_TOPIC_EXCEPTION'],
          ['free', undefined],
        ])
        expect(created[0]).toMatchObject({ partitions: 2, replicationFactor: 1 })
        expect((await admin.createTopics([{ name: 'adm' }]))[0]?.error?.code).toBe('TOPIC_ALREADY_EXISTS')
        expect((await admin.createTopics([{ name: 'only' }], { validateOnly: true }))[0]?.error).toBeNull()
        const [described] = await admin.describeTopics(['adm'])
        expect(described).toMatchObject({ name: 'adm', topicId: created[0]?.topicId, internal: false })
        expect(described?.partitions.map(({ partition }) => partition)).toEqual([0, 1])
        await expect(admin.describeTopics(['adm', 'only'])).rejects.toMatchObject({
          code: 'UNKNOWN_TOPIC_OR_PARTITION',
          message: 'topic "only" does not exist',
        })
        const grown = await admin.createPartitions([
          { name: 'adm', total: 3 },
          { name: 'only', total: 3 },
        ])
        expect(grown.map(({ error }) => error?.code)).toEqual([undefined, 'UNKNOWN_TOPIC_OR_PARTITION'])
        const deleted = await admin.deleteTopics(['adm', 'only'])
        expect(deleted.map(({ error }) => error?.code)).toEqual([undefined, 'UNKNOWN_TOPIC_OR_PARTITION'])
        const names = (await admin.listTopics()).map(({ name }) => name)
        expect([names.includes('adm'), names.includes('free'), names.includes('only')]).toEqual([false, true, false])
        expect(names).toEqual(names.toSorted())
      })

      test('reads and changes configs', async () => {
        const admin = rafka.admin()
        const resource = { type: 'topic', name: await topic() } as const
        await admin.alterConfigs(resource, [{ name: 'retention.ms', operation: 'set', value: '60000' }])
        const entries = await admin.describeConfigs(resource, { documentation: true })
        const entry = entries.find(({ name }) => name === 'retention.ms')
        expect(entry).toMatchObject({ value: '60000', source: 'topic', isDefault: false })
        expect(entry?.documentation).toEqual(expect.any(String))
        await admin.alterConfigs(resource, [{ name: 'retention.ms', operation: 'delete', value: null }])
        const wrong = admin.alterConfigs(resource, [{ name: 'retention.mz', operation: 'set', value: '1' }])
        await expect(wrong).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
        const missing = admin.describeConfigs({ type: 'topic', name: 'nowhere' })
        await expect(missing).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
        const { controllerId } = await admin.describeCluster()
        const broker = await admin.describeConfigs({ type: 'broker', name: `${controllerId}` })
        expect(broker.map(({ name }) => name)).toContain('num.partitions')
      })

      test('finds offsets and deletes records', async () => {
        const admin = rafka.admin()
        const name = await topic(2)
        await send(...numbered(name, 5, { partition: 0, timestamp: 1_700_000_000_000 }))
        const [first, second] = [0, 1].map((partition) => ({ topic: name, partition }))
        const offsets = async (query: Parameters<typeof admin.listOffsets>[1]) =>
          (await admin.listOffsets([first!, second!], query)).map(({ offset }) => offset)
        expect(await offsets('start')).toEqual([0, 0])
        expect(await offsets('end')).toEqual([5, 0])
        expect(await offsets({ timestamp: 1_600_000_000_000 })).toEqual([0, -1])
        expect(await offsets('max-timestamp')).toEqual([expect.any(Number), -1])
        const asked = [
          { ...first!, before: 2 },
          { ...second!, before: 7 },
          { topic: name, partition: 9, before: 'end' as const },
        ]
        const deleted = await admin.deleteRecords(asked)
        expect(deleted.map(({ start, error }) => [start, error?.code])).toEqual([
          [2, undefined],
          [-1, 'OFFSET_OUT_OF_RANGE'],
          [-1, 'UNKNOWN_TOPIC_OR_PARTITION'],
        ])
        expect(await offsets('start')).toEqual([2, 0])
        await expect(admin.listOffsets([{ topic: 'nowhere', partition: 0 }], 'end')).rejects.toMatchObject({
          code: 'UNKNOWN_TOPIC_OR_PARTITION',
        })
      })

      test('shows the batches of a partition', async () => {
        const name = await topic()
        await send(...numbered(name, 3))
        await send(...numbered(name, 2))
        const batches = []
        for await (const batch of rafka.admin().batches({ topic: name, partition: 0 })) batches.push(batch)
        expect(batches.reduce((sum, { records }) => sum + records, 0)).toBe(5)
        expect(batches.at(-1)).toMatchObject({ lastOffset: 4, crcValid: true, control: false, compression: 'none' })
        expect(batches[0]?.baseOffset).toBe(0)
      })
    })

    test('a client that is closed answers CLOSED', async () => {
      const other = await running.connect()
      await other.ready()
      const consumer = other.consumer({ topics: [await topic()] })
      const next = consumer[Symbol.asyncIterator]().next()
      await other.close()
      await expect(next).resolves.toMatchObject({ done: true })
      expect(() => other.producer()).toThrow(/closed/)
      await expect(other.ready()).rejects.toMatchObject({ code: 'CLOSED' })
    })
  })
}
