import { describe, expect, test } from 'vitest'
import type { ConsumerOptions } from '../../src/core/rafka.ts'
import { type ClientSubject, numbered, numbers } from './client-subject.ts'
import { joinAs, type Member, together } from './group-members.ts'

const patience = { timeout: 20_000 }

/** What consumers do in a group of the new protocol (KIP-848), over every transport. */
export function describeConsumerProtocol(subject: ClientSubject): void {
  const join = (topic: string, extra: Partial<ConsumerOptions> = {}): Member =>
    joinAs(subject, topic, `${topic}-group`, { groupProtocol: 'consumer', ...extra })
  const close = async (...members: Member[]) => {
    await Promise.all(members.map(({ consumer }) => consumer.close()))
    await Promise.all(members.map(({ ended }) => ended))
  }

  describe('a consumer of a group of the new protocol', () => {
    test('goes on where the group stands, whatever protocol brought it there', async () => {
      const topic = await subject.topic(2)
      const of = (groupProtocol: 'classic' | 'consumer') =>
        subject.values({ topics: [topic], group: `${topic}-group`, groupProtocol })
      await subject.send(...numbered(topic, 10))
      expect(await of('consumer')).toHaveLength(10)
      await subject.send({ topic, value: 'more' })
      expect(await of('classic')).toEqual(['more'])
      await subject.send({ topic, value: 'and more' })
      expect(await of('consumer')).toEqual(['and more'])
    })

    test.each(['uniform', 'range'] as const)(
      'shares with others by %s: nothing is lost and nothing read twice',
      async (serverAssignor) => {
        const topic = await subject.topic(4)
        const one = join(topic, { serverAssignor })
        await expect.poll(() => one.events, patience).toEqual(['+0,1,2,3'])
        await subject.send(...numbered(topic, 40))
        const two = join(topic, { serverAssignor })
        await expect.poll(() => partitionsOf(two), patience).toHaveLength(2)
        const more = numbered(topic, 40).map((each, index) => ({
          ...each,
          value: `${40 + index}`,
          partition: index % 4,
        }))
        await subject.send(...more)
        await expect.poll(() => together(one, two).length, patience).toBeGreaterThanOrEqual(80)
        await close(one)
        await expect.poll(() => partitionsOf(two), patience).toEqual([0, 1, 2, 3])
        await subject.send({ topic, value: '80' })
        await expect.poll(() => two.values, patience).toContain('80')
        await close(two)
        expect(together(one, two)).toEqual(numbers(0, 81))
        // It kept what it was to keep.
        expect(one.events[1]).toMatch(/^-\d,\d$/)
      },
    )

    test('reads topics that match when they come', async () => {
      const prefix = `matched-${await subject.topic()}`
      const matching = (name: string) => name.startsWith(prefix)
      const member = join('none', { topics: [], matching, group: `${prefix}-group` })
      await subject.rafka.admin().createTopics([{ name: `${prefix}-0`, partitions: 1 }])
      await subject.send({ topic: `${prefix}-0`, value: '0' })
      await expect.poll(() => member.values, patience).toEqual(['0'])
      await close(member)
    })

    test('gives up what it reads only when the loop is done with the record in hand', async () => {
      const topic = await subject.topic(2)
      await subject.send({ topic, value: '0', partition: 0 })
      // By range, the first partition goes to who comes first in order of instance id.
      const asInstance = (groupInstanceId: string) => ({ groupInstanceId, serverAssignor: 'range' }) as const
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const events: string[] = []
      const consumer = subject.rafka.consumer({
        topics: [topic],
        group: `${topic}-group`,
        groupProtocol: 'consumer',
        ...asInstance('b'),
        onRevoked: () => void events.push('revoked'),
      })
      const loop = (async () => {
        for await (const { value } of consumer) {
          events.push(`begins ${value}`)
          await held
          events.push(`ends ${value}`)
        }
      })()
      await expect.poll(() => events, patience).toEqual(['begins 0'])
      const other = join(topic, asInstance('a'))
      const admin = subject.rafka.admin()
      const stateOf = async () => (await admin.describeGroups([`${topic}-group`]))[0]?.state
      await expect.poll(stateOf, patience).toBe('Reconciling')
      expect(events).toEqual(['begins 0'])
      release()
      await expect.poll(() => other.events, patience).toEqual(['+0'])
      expect(events).toEqual(['begins 0', 'ends 0', 'revoked'])
      await consumer.close()
      await loop
      await close(other)
    })

    test('takes its partitions back as a static member, and nobody takes its place meanwhile', async () => {
      const topic = await subject.topic(2)
      const extra = { groupInstanceId: 'a' }
      const one = join(topic, extra)
      await expect.poll(() => one.events, patience).toEqual(['+0,1'])
      const before = one.consumer.groupMetadata()
      const early = join(topic, extra)
      await expect(early.ended).rejects.toMatchObject({ code: 'UNRELEASED_INSTANCE_ID' })
      await close(one)
      const two = join(topic, extra)
      await expect.poll(() => two.events, patience).toEqual(['+0,1'])
      expect(two.consumer.groupMetadata()).toMatchObject({ instanceId: 'a', generation: before?.generation })
      await close(two)
    })

    test('reads a topic that comes later', async () => {
      const topic = `late-${await subject.topic()}`
      const member = join(topic)
      await subject.rafka.admin().createTopics([{ name: topic, partitions: 1 }])
      await subject.send({ topic, value: '0' })
      await expect.poll(() => member.values, patience).toEqual(['0'])
      await close(member)
    })

    test('leaves the group when its loop takes too long, and joins again when that comes back', async () => {
      const topic = await subject.topic()
      await subject.send(...numbered(topic, 2))
      const events: string[] = []
      const consumer = subject.rafka.consumer({
        topics: [topic],
        group: `${topic}-group`,
        groupProtocol: 'consumer',
        maxPollIntervalMs: 100,
        onAssigned: () => void events.push('assigned'),
        onLost: () => void events.push('lost'),
      })
      const seen: number[] = []
      for await (const { offset } of consumer) {
        seen.push(offset)
        if (seen.length === 1) await expect.poll(() => events, patience).toContain('lost')
        if (seen.length === 2) break
      }
      expect(seen).toEqual([0, 0])
      expect(events).toEqual(['assigned', 'lost', 'assigned'])
    })

    test('commits its offsets with a transaction', async () => {
      const [from, to] = [await subject.topic(), await subject.topic()]
      await subject.send(...numbered(from, 3))
      const group = `${from}-group`
      const consumer = subject.rafka.consumer({ topics: [from], group, groupProtocol: 'consumer', autoCommit: false })
      await using producer = subject.rafka.producer({ transactionalId: `${from}-copier` })
      for await (const { offset, value } of consumer) {
        await producer.transaction(async (transaction) => {
          await transaction.send({ topic: to, value: `${value}` })
          await transaction.sendOffsets(consumer, [{ topic: from, partition: 0, offset: offset + 1 }])
        })
        if (offset === 2) break
      }
      expect(await subject.values({ topics: [to], isolation: 'read_committed' })).toEqual(['0', '1', '2'])
      expect(await subject.rafka.admin().listGroupOffsets(group)).toMatchObject([{ offset: 3 }])
    })
  })

  describe('the admin of groups of the new protocol', () => {
    test('lists, describes and deletes them, and leaves the offsets alone that they read', async () => {
      const admin = subject.rafka.admin()
      const topic = await subject.topic(2)
      const group = `${topic}-group`
      const member = join(topic, { serverAssignor: 'range', groupInstanceId: 'a' })
      await expect.poll(() => member.events, patience).toEqual(['+0,1'])
      const listed = async (filter = {}) => (await admin.listGroups(filter)).filter((each) => each.group === group)
      expect(await listed()).toEqual([{ group, state: 'Stable', type: 'consumer', protocolType: 'consumer' }])
      expect(await listed({ types: ['consumer'], states: ['stable'] })).toHaveLength(1)
      expect(await listed({ types: ['classic'] })).toHaveLength(0)
      expect(await admin.describeGroups([group])).toMatchObject([
        {
          group,
          state: 'Stable',
          type: 'consumer',
          assignor: 'range',
          error: null,
          members: [{ instanceId: 'a', partitions: [0, 1].map((partition) => ({ topic, partition })) }],
        },
      ])
      const place = { topic, partition: 0 }
      expect((await admin.alterGroupOffsets(group, [{ ...place, offset: 0 }]))[0]?.error?.code).toBe(
        'UNKNOWN_MEMBER_ID',
      )
      expect((await admin.deleteGroupOffsets(group, [place]))[0]?.error?.code).toBe('GROUP_SUBSCRIBED_TO_TOPIC')
      expect((await admin.deleteGroups([group]))[0]?.error?.code).toBe('NON_EMPTY_GROUP')
      await close(member)
    })

    test('deletes one that has no members any more', async () => {
      const admin = subject.rafka.admin()
      const topic = await subject.topic()
      const member = join(topic)
      await expect.poll(() => member.events, patience).toEqual(['+0'])
      await close(member)
      expect(await admin.deleteGroups([`${topic}-group`])).toMatchObject([{ error: null }])
      expect((await admin.listGroups()).some(({ group }) => group === `${topic}-group`)).toBe(false)
    })
  })
}

/** What a member has, as it was told. */
function partitionsOf({ events }: Member): number[] {
  const owned = new Set<number>()
  for (const event of events) {
    for (const partition of event.slice(1).split(',').filter(Boolean).map(Number)) {
      if (event.startsWith('+')) owned.add(partition)
      else owned.delete(partition)
    }
  }
  return [...owned].sort()
}
