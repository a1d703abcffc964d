import { describe, expect, test } from 'vitest'
import type { RafkaError } from '../../src/core/errors.ts'
import { scramMechanisms } from '../../src/core/sasl.ts'
import { type ClientSubject, numbered } from './client-subject.ts'

/** What the admin does over every transport. */
export function describeAdmin(subject: ClientSubject): void {
  describe('the admin', () => {
    test('creates, lists, describes, grows and deletes topics', async () => {
      const admin = subject.rafka.admin()
      const created = await admin.createTopics([{ name: 'adm', partitions: 2 }, { name: 'a/b' }, { name: 'free' }], {})
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
      const admin = subject.rafka.admin()
      const resource = { type: 'topic', name: await subject.topic() } as const
      await admin.alterConfigs(resource, [{ name: 'retention.ms', operation: 'set', value: '60000' }])
      const entries = await admin.describeConfigs(resource, { documentation: true })
      const entry = entries.find(({ name }) => name === 'retention.ms')
      expect(entry).toMatchObject({ value: '60000', source: 'topic', isDefault: false })
      expect(entry?.documentation).toEqual(expect.any(String))
      await admin.alterConfigs(resource, [{ name: 'retention.ms', operation: 'delete', value: null }])
      const values = await admin.topicConfig([resource.name, 'nowhere'], 'cleanup.policy')
      expect([...values]).toEqual([[resource.name, 'delete']])
      const wrong = admin.alterConfigs(resource, [{ name: 'retention.mz', operation: 'set', value: '1' }])
      await expect(wrong).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
      const missing = admin.describeConfigs({ type: 'topic', name: 'nowhere' })
      await expect(missing).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
      const { controllerId } = await admin.describeCluster()
      const broker = await admin.describeConfigs({ type: 'broker', name: `${controllerId}` })
      expect(broker.map(({ name }) => name)).toContain('num.partitions')
    })

    test('finds offsets and deletes records', async () => {
      const admin = subject.rafka.admin()
      const name = await subject.topic(2)
      await subject.send(...numbered(name, 5, { partition: 0, timestamp: 1_700_000_000_000 }))
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
      const name = await subject.topic()
      await subject.send(...numbered(name, 3))
      await subject.send(...numbered(name, 2))
      const batches = []
      for await (const batch of subject.rafka.admin().batches({ topic: name, partition: 0 })) batches.push(batch)
      expect(batches.reduce((sum, { records }) => sum + records, 0)).toBe(5)
      expect(batches.at(-1)).toMatchObject({ lastOffset: 4, crcValid: true, control: false, compression: 'none' })
      expect(batches[0]?.baseOffset).toBe(0)
    })

    test('sets, describes and deletes credentials of users, several of one at a time', async () => {
      const admin = subject.rafka.admin()
      const both = scramMechanisms.map((mechanism) => ({ user: 'b', mechanism, password: 'x', iterations: 5000 }))
      const wrong = { user: 'c', mechanism: 'SCRAM-SHA-256', password: 'x', iterations: 1 } as const
      await expect(admin.setCredentials([...both, wrong])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
      const set = await admin.setCredentials([...both, { ...both[0]!, user: 'a' }])
      expect(set).toEqual([
        { name: 'b', error: null },
        { name: 'a', error: null },
      ])
      const credentials = scramMechanisms.map((mechanism) => ({ mechanism, iterations: 5000 }))
      const described = () => admin.describeUsers(['b', 'a']).catch(() => [])
      await expect.poll(described).toEqual([
        { user: 'b', credentials },
        { user: 'a', credentials: credentials.slice(0, 1) },
      ])
      expect((await admin.describeUsers()).map(({ user }) => user).filter((user) => user < 'c')).toEqual(['a', 'b'])
      const deleted = await admin.deleteCredentials([...both, { ...both[0]!, user: 'd' }])
      expect(deleted.map(({ name, error }) => [name, error?.code])).toEqual([
        ['b', undefined],
        ['d', 'RESOURCE_NOT_FOUND'],
      ])
      await expect
        .poll(() => admin.describeUsers(['b']).catch((error: RafkaError) => error.code))
        .toBe('RESOURCE_NOT_FOUND')
    })
  })
}
