import { describe, expect, it, onTestFinished } from 'vitest'
import { connect, type Rafka } from '../../src/index.ts'
import { lowPort, startKillable } from '../support/killable-broker.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const ROUNDS = 6
const PARTITIONS = 4
const GROUP = 'readers'
const patience = { timeout: 60_000, interval: 20 }
const configs = { 'group.initial.rebalance.delay.ms': '0', 'group.consumer.heartbeat.interval.ms': '50' }

describe.each(['sqlite', 'memory'] as const)(
  'a broker on the %s engine that is killed under a group of KIP-848',
  (engine) => {
    it(`goes on with the same members, and loses no commit, after each of ${ROUNDS} rounds`, {
      timeout: 180_000,
    }, async () => {
      const place = { dataDir: temporaryDirectory(), port: await lowPort(), engine, configs }
      let broker = await startKillable(place)
      onTestFinished(() => broker.kill())
      const rafka = await connect({ brokers: [`127.0.0.1:${place.port}`] })
      onTestFinished(() => rafka.close())
      await rafka.admin().createTopics([{ name: 't', partitions: PARTITIONS }])
      const members = [member(rafka), member(rafka)]
      const described = async () => (await rafka.admin().describeGroups([GROUP]))[0]!
      const shares = async () => (await described()).members.map(({ partitions }) => partitions.length)
      await expect.poll(shares, patience).toEqual([2, 2])
      const names = (await described()).members.map(({ memberId }) => memberId).sort()
      await using producer = rafka.producer({ deliveryTimeoutMs: 60_000 })
      const read = () => new Set(members.flatMap(({ values }) => values))
      let sent = 0
      for (let round = 0; round < ROUNDS; round++) {
        const before = read().size
        const records = Array.from({ length: 400 }, (_, index) => ({
          topic: 't',
          partition: index % PARTITIONS,
          value: `${sent + index}`,
        }))
        const sending = producer.sendAll(records)
        sent += records.length
        await expect.poll(() => read().size, patience).toBeGreaterThan(before + Math.random() * 100)
        await broker.kill()
        const acknowledged = new Map(members.flatMap((each) => [...each.committed]))
        broker = await startKillable(place)
        for (const { partition, offset } of await rafka.admin().listGroupOffsets(GROUP)) {
          expect(offset).toBeGreaterThanOrEqual(acknowledged.get(partition) ?? 0)
        }
        await sending
        await expect.poll(() => read().size, patience).toBe(sent)
      }
      const { state, type, members: after } = await described()
      expect({ state, type, names: after.map(({ memberId }) => memberId).sort() }).toEqual({
        state: 'Stable',
        type: 'consumer',
        names,
      })
      await Promise.all(members.map(({ leave }) => leave()))
      const committed = (await rafka.admin().listGroupOffsets(GROUP)).map(({ offset }) => offset)
      expect(committed).toEqual(Array.from({ length: PARTITIONS }, () => sent / PARTITIONS))
    })
  },
)

interface Member {
  readonly values: readonly string[]
  /** By partition, what the broker has acknowledged. */
  readonly committed: ReadonlyMap<number, number>
  leave(): Promise<void>
}

/** Reads `t`, and commits after every tenth record by hand. */
function member(rafka: Rafka): Member {
  const consumer = rafka.consumer({
    topics: ['t'],
    group: GROUP,
    groupProtocol: 'consumer',
    maxWaitMs: 100,
    autoCommitIntervalMs: 100,
  })
  const values: string[] = []
  const committed = new Map<number, number>()
  const loop = (async () => {
    for await (const { partition, offset, value } of consumer) {
      values.push(`${value}`)
      if (values.length % 10 > 0) continue
      // A commit that the kill cut off was not acknowledged: then nothing may be expected of it.
      const isKept = await consumer.commit([{ topic: 't', partition, offset: offset + 1 }]).then(
        () => true,
        () => false,
      )
      if (isKept) committed.set(partition, offset + 1)
    }
  })()
  const leave = async () => {
    await consumer.close()
    await loop
  }
  return { values, committed, leave }
}
