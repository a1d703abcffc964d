import { describe, expect, it } from 'vitest'
import { connect } from '../../src/connect.ts'
import type { Rafka } from '../../src/core/rafka.ts'
import type { ForeignClient } from '../support/foreign-member.ts'
import { MemberProcess } from '../support/member-process.ts'
import { until } from '../support/served.ts'
import { serveBroker } from '../support/served-broker.ts'

const partitions = 6
const configs = {
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '500',
  'group.consumer.session.timeout.ms': '1000',
  'group.consumer.heartbeat.interval.ms': '50',
}
const clients: ForeignClient[] = ['kafkajs', 'platformatic', 'platformatic-consumer']

describe.each(clients)('members of a group of %s that are killed, leave and come back under load', (client) => {
  it('are replaced by the others; every record is read, and what is committed is the end', {
    timeout: 90_000,
  }, async () => {
    await using broker = await serveBroker({ configs })
    await using rafka = await connect({ brokers: [broker.brokers] })
    await rafka.admin().createTopics([{ name: 't', partitions }])
    const load = startLoad(rafka)
    const start = () => new MemberProcess(client, broker.brokers)
    const members = [start(), start(), start()]
    const [killed, leaver, survivor] = members as [MemberProcess, MemberProcess, MemberProcess]
    await until(() => members.every(({ values }) => values.length > 0))
    await killed.die()
    const sentBefore = load.sent()
    const read = () => new Set(members.flatMap(({ values }) => values.map(Number)))
    const hasReadAll = (count: number) => {
      const numbers = read()
      return Array.from({ length: count }, (_, number) => number).every((number) => numbers.has(number))
    }
    await until(() => hasReadAll(sentBefore))
    await leaver.leave()
    const readByLeaver = leaver.values.length
    const newcomer = start()
    members.push(newcomer)
    await until(() => newcomer.values.length > 0)
    leaver.join()
    await until(() => leaver.values.length > readByLeaver)
    await newcomer.die()
    // A commit in the midst of a rebalance is refused, and made by none of these clients again: the last ones come after it.
    const described = async () => (await rafka.admin().describeGroups(['readers']))[0]!
    await expect.poll(described, { timeout: 30_000 }).toMatchObject({ state: 'Stable', members: { length: 2 } })
    const sentAtRest = load.sent() + partitions
    await until(() => hasReadAll(sentAtRest))
    const sent = await load.stop()
    await until(() => hasReadAll(sent))
    expect(read().size).toBe(sent)
    await Promise.all([leaver.leave(), survivor.leave()])
    expect(await committed(rafka)).toEqual(Array.from({ length: partitions }, () => sent / partitions))
    expect(await described()).toMatchObject({ state: 'Empty', members: [] })
  })
})

/** Writes the next numbers, one to each partition, every 10 ms until it is stopped. */
function startLoad(rafka: Rafka): { sent(): number; stop(): Promise<number> } {
  const producer = rafka.producer()
  let sent = 0
  let isStopped = false
  const work = (async () => {
    while (!isStopped) {
      const numbers = Array.from({ length: partitions }, (_, partition) => ({
        partition,
        value: `${sent + partition}`,
      }))
      await producer.sendAll(numbers.map((each) => ({ topic: 't', ...each })))
      sent += partitions
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await producer.close()
  })()
  return {
    sent: () => sent,
    async stop() {
      isStopped = true
      await work
      return sent
    },
  }
}

/** How far the group has come in each partition. */
async function committed(rafka: Rafka): Promise<number[]> {
  return (await rafka.admin().listGroupOffsets('readers')).map(({ offset }) => offset)
}
