import { describe, expect, test } from 'vitest'
import type { TopicPartition } from '../../src/core/consumer.ts'
import type { ConsumerOptions } from '../../src/core/rafka.ts'
import { type ClientSubject, numbered, numbers } from './client-subject.ts'
import { joinAs as join, together } from './group-members.ts'

/** What consumers of a group do over every transport. */
export function describeGroups(subject: ClientSubject): void {
  describe('a consumer of a group', () => {
    test('goes on where the group stands', async () => {
      const topic = await subject.topic(2)
      const group = `${topic}-group`
      await subject.send(...numbered(topic, 10))
      expect((await subject.values({ topics: [topic], group })).length).toBe(10)
      await subject.send({ topic, value: 'more' })
      expect(await subject.values({ topics: [topic], group })).toEqual(['more'])
      expect(await subject.values({ topics: [topic], group })).toEqual([])
      expect((await subject.values({ topics: [topic], group, from: 'start' })).length).toBe(11)
    })

    test('begins at the start, at the end, or fails where the group has no offset', async () => {
      const topic = await subject.topic()
      await subject.send(...numbered(topic, 3))
      expect(await subject.values({ topics: [topic], group: `${topic}-a`, reset: 'end' })).toEqual([])
      await subject.send({ topic, value: 'new' })
      expect(await subject.values({ topics: [topic], group: `${topic}-a` })).toEqual(['new'])
      const failing = subject.values({ topics: [topic], group: `${topic}-b`, reset: 'fail' })
      await expect(failing).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    })

    test('commits what the loop is done with, and not what it works on', async () => {
      const topic = await subject.topic()
      const group = `${topic}-group`
      await subject.send(...numbered(topic, 5))
      for await (const { value } of subject.rafka.consumer({ topics: [topic], group })) {
        if (`${value}` === '2') break
      }
      expect(await subject.rafka.admin().listGroupOffsets(group)).toMatchObject([{ topic, partition: 0, offset: 2 }])
      expect(await subject.values({ topics: [topic], group })).toEqual(['2', '3', '4'])
    })

    test('does not go back behind what was committed by hand', async () => {
      const topic = await subject.topic()
      const group = `${topic}-group`
      await subject.send(...numbered(topic, 5))
      const consumer = subject.rafka.consumer({ topics: [topic], group })
      for await (const { offset } of consumer) {
        if (offset < 2) continue
        await consumer.commit()
        break
      }
      expect(await subject.rafka.admin().listGroupOffsets(group)).toMatchObject([{ offset: 3 }])
    })

    test('commits by hand, with what the loop works on or what is named', async () => {
      const topic = await subject.topic()
      const group = `${topic}-group`
      await subject.send(...numbered(topic, 5))
      const admin = subject.rafka.admin()
      const consumer = subject.rafka.consumer({ topics: [topic], group, autoCommit: false })
      for await (const { offset } of consumer) {
        if (offset === 1) {
          await consumer.commit()
          expect(await consumer.committed()).toMatchObject([{ offset: 2 }])
        }
        if (offset !== 3) continue
        await consumer.commit([{ topic, partition: 0, offset: 3, metadata: 'three' }])
        const foreign = consumer.commit([{ topic, partition: 7, offset: 0 }])
        await expect(foreign).rejects.toMatchObject({ code: 'ILLEGAL_GENERATION' })
        break
      }
      expect(await admin.listGroupOffsets(group)).toEqual([{ topic, partition: 0, offset: 3, metadata: 'three' }])
      const alone = subject.rafka.consumer({ topics: [topic] })
      await expect(alone.commit()).rejects.toMatchObject({ code: 'INVALID_GROUP_ID' })
      expect(alone.groupMetadata()).toBeUndefined()
    })

    test.each(['range', 'round-robin', 'sticky', 'cooperative-sticky'] as const)(
      'shares with others by %s: nothing is lost and nothing read twice',
      async (assignor) => {
        const topic = await subject.topic(4)
        const group = `${topic}-group`
        const extra = { assignors: [assignor] }
        const one = join(subject, topic, group, extra)
        await expect.poll(() => one.events, { timeout: 20_000 }).toEqual(['+0,1,2,3'])
        await subject.send(...numbered(topic, 40))
        const two = join(subject, topic, group, extra)
        await expect.poll(() => two.events.join(' '), { timeout: 20_000 }).toMatch(/^\+\d,\d$/)
        const more = numbered(topic, 40).map((each, index) => ({
          ...each,
          value: `${40 + index}`,
          partition: index % 4,
        }))
        await subject.send(...more)
        await expect.poll(() => together(one, two).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(80)
        await one.consumer.close()
        await expect.poll(() => two.events.at(-1), { timeout: 20_000 }).toMatch(/^\+/)
        await subject.send({ topic, value: '80' })
        await expect.poll(() => two.values, { timeout: 20_000 }).toContain('80')
        await two.consumer.close()
        await Promise.all([one.ended, two.ended])
        expect(together(one, two)).toEqual(numbers(0, 81))
        const cooperative = assignor === 'cooperative-sticky'
        // Who is cooperative gives up two of four; the others all.
        expect(one.events[1]).toMatch(cooperative ? /^-\d,\d$/ : /^-0,1,2,3$/)
      },
    )

    test('gives up what it reads only when the loop is done with the record in hand', async () => {
      const topic = await subject.topic(2)
      const group = `${topic}-group`
      await subject.send(...numbered(topic, 1))
      const events: string[] = []
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const consumer = subject.rafka.consumer({
        topics: [topic],
        group,
        heartbeatIntervalMs: 50,
        onRevoked: () => void events.push('revoked'),
      })
      const loop = (async () => {
        for await (const { offset } of consumer) {
          events.push(`begins ${offset}`)
          await held
          events.push(`ends ${offset}`)
        }
      })()
      await expect.poll(() => events, { timeout: 20_000 }).toContain('begins 0')
      const other = join(subject, topic, group)
      const admin = subject.rafka.admin()
      const stateOf = async () => (await admin.describeGroups([group]))[0]?.state
      await expect.poll(stateOf, { timeout: 20_000 }).toBe('PreparingRebalance')
      expect(events).toEqual(['begins 0'])
      release()
      await expect.poll(() => other.events.length, { timeout: 20_000 }).toBeGreaterThan(0)
      expect(events).toEqual(['begins 0', 'ends 0', 'revoked'])
      await Promise.all([consumer.close(), other.consumer.close()])
      await Promise.all([loop, other.ended])
    })

    test('leaves the group when its loop takes too long, and joins again when that comes back', async () => {
      const topic = await subject.topic()
      await subject.send(...numbered(topic, 2))
      const events: string[] = []
      const consumer = subject.rafka.consumer({
        topics: [topic],
        group: `${topic}-group`,
        heartbeatIntervalMs: 20,
        maxPollIntervalMs: 100,
        onAssigned: () => void events.push('assigned'),
        onLost: () => void events.push('lost'),
      })
      const seen: number[] = []
      for await (const { offset } of consumer) {
        seen.push(offset)
        if (seen.length === 1) await expect.poll(() => events, { timeout: 20_000 }).toContain('lost')
        if (seen.length === 2) break
      }
      // What it worked on was not committed: it is given again.
      expect(seen).toEqual([0, 0])
      expect(events).toEqual(['assigned', 'lost', 'assigned'])
    })

    test('takes its partitions back as a static member', async () => {
      const topic = await subject.topic(2)
      const extra = { groupInstanceId: 'a' }
      const one = join(subject, topic, `${topic}-group`, extra)
      await expect.poll(() => one.events, { timeout: 20_000 }).toEqual(['+0,1'])
      const before = one.consumer.groupMetadata()
      await one.consumer.close()
      const two = join(subject, topic, `${topic}-group`, extra)
      await expect.poll(() => two.events, { timeout: 20_000 }).toEqual(['+0,1'])
      expect(two.consumer.groupMetadata()).toMatchObject({ instanceId: 'a', generation: before?.generation })
      const three = join(subject, topic, `${topic}-group`, extra)
      await expect(two.ended).rejects.toMatchObject({ code: 'FENCED_INSTANCE_ID' })
      await three.consumer.close()
      await three.ended
    })

    test('reads new partitions, and a topic that comes later', async () => {
      const topic = `late-${await subject.topic()}`
      const member = join(subject, topic, `${topic}-group`)
      await subject.rafka.admin().createTopics([{ name: topic, partitions: 1 }])
      await subject.send({ topic, value: '0' })
      await expect.poll(() => member.values, { timeout: 20_000 }).toEqual(['0'])
      await member.consumer.close()
      await member.ended
    })

    test('reads topics that match when they come', async () => {
      const prefix = `matched-${await subject.topic()}`
      const matching = (name: string) => name.startsWith(prefix)
      const member = join(subject, 'none', `${prefix}-group`, { topics: [], matching })
      for (const value of ['0', '1']) {
        await subject.rafka.admin().createTopics([{ name: `${prefix}-${value}`, partitions: 1 }])
        await subject.send({ topic: `${prefix}-${value}`, value })
        if (value === '0') await expect.poll(() => member.values, { timeout: 20_000 }).toEqual(['0'])
      }
      // Both are there for one who begins now.
      const next = join(subject, 'none', `${prefix}-next`, { topics: [], matching })
      await expect.poll(() => together(next), { timeout: 20_000 }).toEqual(['0', '1'])
      for (const { consumer, ended } of [member, next]) {
        await consumer.close()
        await ended
      }
    })

    test('refuses options that do not go together', () => {
      const consumer = (options: Partial<ConsumerOptions>) => () =>
        subject.rafka.consumer({ topics: ['t'], ...options })
      expect(consumer({ from: 'stored' })).toThrow(/needs a group/)
      expect(consumer({ groupInstanceId: 'a' })).toThrow(/groupInstanceId needs a group/)
      expect(consumer({ group: '' })).toThrow(/group is a name/)
      expect(consumer({ group: 'g', topics: [{ topic: 't', partitions: [0] }] })).toThrow(/whole topics/)
      expect(consumer({ group: 'g', heartbeatIntervalMs: 9, sessionTimeoutMs: 9 })).toThrow(/has to be less/)
      expect(consumer({ group: 'g', reset: 'begin' as 'start' })).toThrow(/reset is one of/)
      expect(consumer({ isolation: 'none' as 'read_committed' })).toThrow(/isolation is one of/)
    })
  })

  describe('the admin of groups', () => {
    test('lists, describes and deletes them', async () => {
      const admin = subject.rafka.admin()
      const topic = await subject.topic(2)
      const group = `${topic}-group`
      const member = join(subject, topic, group)
      await expect.poll(() => member.events, { timeout: 20_000 }).toEqual(['+0,1'])
      const listed = async (filter = {}) => (await admin.listGroups(filter)).filter((each) => each.group === group)
      expect(await listed()).toEqual([{ group, state: 'Stable', type: 'classic', protocolType: 'consumer' }])
      expect(await listed({ states: ['stable'], types: ['classic'] })).toHaveLength(1)
      expect(await listed({ states: ['empty'] })).toHaveLength(0)
      const [described, missing] = await admin.describeGroups([group, 'nobody'])
      expect(described).toMatchObject({ group, state: 'Stable', assignor: 'range', error: null })
      expect(described?.members).toMatchObject([
        { instanceId: null, partitions: [0, 1].map((partition) => ({ topic, partition })) },
      ])
      expect(missing).toMatchObject({ group: 'nobody', state: 'Dead', error: { code: 'GROUP_ID_NOT_FOUND' } })
      expect((await admin.deleteGroups([group]))[0]?.error?.code).toBe('NON_EMPTY_GROUP')
      await member.consumer.close()
      await member.ended
      const deleted = await admin.deleteGroups([group, 'nobody'])
      expect(deleted.map(({ error }) => error?.code)).toEqual([undefined, 'GROUP_ID_NOT_FOUND'])
      expect(await listed()).toEqual([])
    })

    test('reads, sets and deletes offsets', async () => {
      const admin = subject.rafka.admin()
      const topic = await subject.topic(2)
      const group = `${topic}-group`
      const [zero, one] = [0, 1].map((partition) => ({ topic, partition })) as [TopicPartition, TopicPartition]
      const set = await admin.alterGroupOffsets(group, [
        { ...zero, offset: 7, metadata: 'm' },
        { topic: 'nowhere', partition: 0, offset: 1 },
      ])
      expect(set.map(({ error }) => error?.code)).toEqual([undefined, 'UNKNOWN_TOPIC_OR_PARTITION'])
      expect(await admin.listGroupOffsets(group)).toEqual([{ ...zero, offset: 7, metadata: 'm' }])
      expect((await admin.listGroupOffsets(group, [one, zero])).map(({ offset }) => offset)).toEqual([-1, 7])
      expect(await admin.listGroupOffsets('nobody')).toEqual([])
      expect(await admin.deleteGroupOffsets(group, [zero])).toEqual([{ ...zero, error: null }])
      expect(await admin.listGroupOffsets(group)).toEqual([])
      const missing = admin.deleteGroupOffsets('nobody', [zero])
      await expect(missing).rejects.toMatchObject({ code: 'GROUP_ID_NOT_FOUND' })
    })

    test('leaves the offsets of a group alone that has members', async () => {
      const admin = subject.rafka.admin()
      const topic = await subject.topic()
      const group = `${topic}-group`
      const member = join(subject, topic, group)
      await expect.poll(() => member.events, { timeout: 20_000 }).toEqual(['+0'])
      const place = { topic, partition: 0 }
      expect((await admin.alterGroupOffsets(group, [{ ...place, offset: 0 }]))[0]?.error?.code).toBe(
        'UNKNOWN_MEMBER_ID',
      )
      expect((await admin.deleteGroupOffsets(group, [place]))[0]?.error?.code).toBe('GROUP_SUBSCRIBED_TO_TOPIC')
      await member.consumer.close()
      await member.ended
    })
  })
}
