import { describe, expect, it } from 'vitest'
import { describeConfigs } from '../../../src/protocol/apis/describe-configs.ts'
import { incrementalAlterConfigs } from '../../../src/protocol/apis/incremental-alter-configs.ts'
import { listConfigResources } from '../../../src/protocol/apis/list-config-resources.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { ConsumerGroupMember } from '../../support/consumer-group-client.ts'
import { lasting } from '../../support/lasting-engine.ts'

const GROUP = 32
const session = 'consumer.session.timeout.ms'
const heartbeat = 'consumer.heartbeat.interval.ms'

/** Sets configs of group `g`; null takes one away. */
async function alter(broker: BrokerFixture, values: Record<string, string | null>, resourceName = 'g') {
  const configs = Object.entries(values).map(([name, value]) => ({
    name,
    value,
    configOperation: value === null ? 1 : 0,
  }))
  const request = incrementalAlterConfigs.request.create({
    resources: [{ resourceType: GROUP, resourceName, configs }],
  })
  return errorName((await broker.ask(incrementalAlterConfigs, request)).responses[0]!.errorCode)
}

async function told(broker: BrokerFixture, resourceName = 'g') {
  const resources = [{ resourceType: GROUP, resourceName, configurationKeys: null }]
  const request = describeConfigs.request.create({ resources, includeSynonyms: true })
  const [result] = (await broker.ask(describeConfigs, request)).results
  return { error: errorName(result!.errorCode), configs: result!.configs }
}

describe('configs of a group', () => {
  it('A5: fall back to those of the broker, whether there is such a group or not', async () => {
    await using broker = await startBroker({ configs: { 'group.consumer.session.timeout.ms': '46000' } })
    expect(await told(broker, '')).toMatchObject({ error: 'INVALID_REQUEST', configs: [] })
    expect(await alter(broker, { [heartbeat]: '6000' })).toBe('NONE')
    expect((await told(broker)).configs).toMatchObject([
      {
        name: heartbeat,
        value: '6000',
        configSource: 8,
        synonyms: [
          { name: heartbeat, value: '6000', source: 8 },
          { name: 'group.consumer.heartbeat.interval.ms', value: '5000', source: 5 },
        ],
      },
      {
        name: session,
        value: '46000',
        configSource: 4,
        synonyms: [
          { name: 'group.consumer.session.timeout.ms', value: '46000', source: 4 },
          { name: 'group.consumer.session.timeout.ms', value: '45000', source: 5 },
        ],
      },
    ])
  })

  it('A6: are refused when unknown, out of bounds, or of no group', async () => {
    await using broker = await startBroker()
    expect(await alter(broker, { 'no.such': '1' })).toBe('INVALID_CONFIG')
    for (const value of ['44999', '60001', 'x'])
      expect(await alter(broker, { [session]: value })).toBe('INVALID_CONFIG')
    expect(await alter(broker, { [heartbeat]: '4999' })).toBe('INVALID_CONFIG')
    expect(await alter(broker, { [session]: '50000' }, '')).toBe('INVALID_REQUEST')
    const list = await broker.ask(listConfigResources, listConfigResources.request.create({ resourceTypes: [GROUP] }))
    expect(list.configResources).toEqual([])
  })

  it('A6: have a session that is longer than the heartbeat interval', async () => {
    const configs = {
      'group.consumer.min.session.timeout.ms': '5000',
      'group.consumer.max.heartbeat.interval.ms': '9000',
    }
    await using broker = await startBroker({ configs })
    expect(await alter(broker, { [session]: '9000', [heartbeat]: '9000' })).toBe('INVALID_CONFIG')
    expect(await alter(broker, { [session]: '9001', [heartbeat]: '9000' })).toBe('NONE')
  })

  it('hold for its members from their next heartbeat on, over a restart, until they are taken away', async () => {
    const engine = await openMemoryEngine({ maxBytes: 2 ** 22, durability: 'none' })
    const before = await startBroker({ storage: lasting(engine) })
    const member = new ConsumerGroupMember(before, 'a')
    expect((await member.join(['t'])).intervalMs).toBe(5000)
    expect(await alter(before, { [session]: '50000', [heartbeat]: '7000' })).toBe('NONE')
    expect((await member.beat()).intervalMs).toBe(7000)
    before.clock.advance(49_999)
    expect((await member.beat()).error).toBe('NONE')
    await before.broker.close()

    await using after = await startBroker({ storage: lasting(engine) })
    const other = new ConsumerGroupMember(after, 'b')
    expect((await other.join(['t'])).intervalMs).toBe(7000)
    const list = await after.ask(listConfigResources, listConfigResources.request.create({ resourceTypes: [GROUP] }))
    expect(list.configResources).toEqual([{ resourceName: 'g', resourceType: GROUP }])
    expect(await alter(after, { [session]: null, [heartbeat]: null })).toBe('NONE')
    expect((await other.beat()).intervalMs).toBe(5000)
    after.clock.advance(45_000)
    expect((await other.beat()).error).toBe('UNKNOWN_MEMBER_ID')
  })
})
