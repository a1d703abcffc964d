import { describe, expect, test } from 'vitest'
import type { ClientSubject } from './client-subject.ts'

/** What transactions do over every transport. */
export function describeTransactions(subject: ClientSubject): void {
  const committed = (topic: string) => subject.values({ topics: [topic], isolation: 'read_committed' })

  describe('a transaction', () => {
    test('is seen whole when it is committed, and not at all when it is aborted', async () => {
      const topic = await subject.topic()
      await using producer = subject.rafka.producer({ transactionalId: topic })
      const receipt = await producer.transaction(async (transaction) => {
        const first = await transaction.send({ topic, value: 'a' })
        expect(await committed(topic)).toEqual([])
        await transaction.sendAll(['b', 'c'].map((value) => ({ topic, value })))
        return first
      })
      expect(receipt).toMatchObject({ topic, partition: 0, offset: 0 })
      const changed = producer.transaction(async (transaction) => {
        await transaction.send({ topic, value: 'no' })
        throw new Error('changed my mind')
      })
      await expect(changed).rejects.toThrow('changed my mind')
      await producer.transaction(async (transaction) => {
        const writer = transaction.writer(topic)
        writer.write(Buffer.from('d'), -1, -1, 0, 1)
      })
      expect(await committed(topic)).toEqual(['a', 'b', 'c', 'd'])
      expect(await subject.values({ topics: [topic] })).toEqual(['a', 'b', 'c', 'no', 'd'])
    })

    test('holds readers of what is committed back while it is open', async () => {
      const topic = await subject.topic()
      await subject.send({ topic, value: 'before' })
      await using producer = subject.rafka.producer({ transactionalId: topic })
      const transaction = await producer.begin()
      await transaction.send({ topic, value: 'in' })
      await subject.send({ topic, value: 'after' })
      expect(await committed(topic)).toEqual(['before'])
      expect(await subject.values({ topics: [topic] })).toEqual(['before', 'in', 'after'])
      await transaction.commit()
      expect(await committed(topic)).toEqual(['before', 'in', 'after'])
      await transaction.abort()
      await expect(transaction.commit()).rejects.toMatchObject({ code: 'INVALID_TXN_STATE' })
      await expect(transaction.send({ topic, value: 'late' })).rejects.toMatchObject({ code: 'INVALID_TXN_STATE' })
    })

    test('is the only way to send for a producer with a transactional id, and one at a time', async () => {
      const topic = await subject.topic()
      await using producer = subject.rafka.producer({ transactionalId: topic })
      const outside = { code: 'INVALID_TXN_STATE' }
      await expect(producer.send({ topic, value: 'x' })).rejects.toMatchObject(outside)
      await expect(producer.sendAll([{ topic, value: 'x' }])).rejects.toMatchObject(outside)
      expect(() => producer.writer(topic)).toThrow(/no transaction/)
      await using transaction = await producer.begin()
      await expect(producer.begin()).rejects.toMatchObject(outside)
      await transaction.send({ topic, value: 'x' })
      await using plain = subject.rafka.producer()
      await expect(plain.begin()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(() => subject.rafka.producer({ transactionalId: 'x', acks: 1 })).toThrow(/idempotent/)
    })

    test('with nothing in it ends at once', async () => {
      await using producer = subject.rafka.producer({ transactionalId: await subject.topic() })
      expect(await producer.transaction(async () => 42)).toBe(42)
      await (await producer.begin()).abort()
    })

    test('is aborted when a record of it could not be sent', async () => {
      const topic = await subject.topic(1, { 'max.message.bytes': '1000' })
      await using producer = subject.rafka.producer({ transactionalId: topic })
      const failing = producer.transaction(async (transaction) => {
        await transaction.send({ topic, value: 'fits' })
        transaction.send({ topic, value: 'x'.repeat(5_000) }).catch(() => {})
      })
      await expect(failing).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
      await producer.transaction((transaction) => transaction.send({ topic, value: 'next' }))
      expect(await committed(topic)).toEqual(['next'])
    })

    test('of a producer that was taken over fails, and nothing of it is seen', async () => {
      const topic = await subject.topic()
      await using old = subject.rafka.producer({ transactionalId: topic })
      const lost = await old.begin()
      await lost.send({ topic, value: 'lost' })
      await using taker = subject.rafka.producer({ transactionalId: topic })
      await taker.transaction((transaction) => transaction.send({ topic, value: 'won' }))
      await expect(lost.commit()).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
      await expect(old.begin()).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
      expect(await committed(topic)).toEqual(['won'])
    })

    test('commits how far a group has come with what was made of it', async () => {
      const [source, target] = [await subject.topic(2), await subject.topic()]
      await subject.send(
        ...['a', 'b', 'c', 'd'].map((value, index) => ({ topic: source, value, partition: index % 2 })),
      )
      await using producer = subject.rafka.producer({ transactionalId: source })
      const options = { topics: [source], group: `${source}-group`, autoCommit: false, to: 'end' } as const
      const consumer = subject.rafka.consumer(options)
      let done = 0
      for await (const { value } of consumer) {
        const fails = done === 2
        const transformed = producer.transaction(async (transaction) => {
          await transaction.send({ topic: target, value: `${value}!` })
          await transaction.sendOffsets(consumer)
          if (fails) throw new Error('no')
        })
        await transformed.catch(() => {})
        if (fails) break
        done += 1
      }
      for await (const { value } of subject.rafka.consumer(options)) {
        await producer.transaction((transaction) => transaction.send({ topic: target, value: `${value}!` }))
      }
      expect((await committed(target)).sort()).toEqual(['a!', 'b!', 'c!', 'd!'])
      const alone = subject.rafka.consumer({ topics: [source] })
      const without = producer.transaction((transaction) => transaction.sendOffsets(alone))
      await expect(without).rejects.toMatchObject({ code: 'INVALID_GROUP_ID' })
    })

    test('is known to the admin, and to the partition', async () => {
      const admin = subject.rafka.admin()
      const topic = await subject.topic()
      await using producer = subject.rafka.producer({ transactionalId: topic, transactionTimeoutMs: 30_000 })
      await using transaction = await producer.begin()
      await transaction.send({ topic, value: 'x' })
      const mine = (await admin.listTransactions({ states: ['Ongoing'] })).filter(
        (each) => each.transactionalId === topic,
      )
      expect(mine).toMatchObject([{ transactionalId: topic, state: 'Ongoing' }])
      const [described, missing] = await admin.describeTransactions([topic, 'nobody'])
      expect(described).toMatchObject({
        state: 'Ongoing',
        timeoutMs: 30_000,
        partitions: [{ topic, partition: 0 }],
        error: null,
      })
      expect(missing?.error?.code).toBe('TRANSACTIONAL_ID_NOT_FOUND')
      const [state] = await admin.describeProducers([{ topic, partition: 0 }])
      expect(state?.producers).toMatchObject([{ producerId: described?.producerId, transactionStartOffset: 0 }])
      expect(await committed(topic)).toEqual([])
      await subject.send({ topic, value: 'y' })
      await admin.abortTransaction({ topic, partition: 0 }, state!.producers[0]!)
      expect(await committed(topic)).toEqual(['y'])
    })
  })
}
