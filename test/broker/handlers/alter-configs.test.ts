import { describe, expect, it } from 'vitest'
import { alterConfigs } from '../../../src/protocol/apis/alter-configs.ts'
import { describeConfigs } from '../../../src/protocol/apis/describe-configs.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'

const TOPIC = 2

async function alter(broker: BrokerFixture, name: string, values: Record<string, string | null>, validateOnly = false) {
  const configs = Object.entries(values).map(([key, value]) => ({ name: key, value }))
  const resources = [{ resourceType: TOPIC, resourceName: name, configs }]
  const [response] = (await broker.ask(alterConfigs, alterConfigs.request.create({ resources, validateOnly })))
    .responses
  return errorName(response!.errorCode)
}

async function setConfigs(broker: BrokerFixture, name: string) {
  const resources = [{ resourceType: TOPIC, resourceName: name, configurationKeys: null }]
  const { results } = await broker.ask(describeConfigs, describeConfigs.request.create({ resources }))
  const own = results[0]!.configs.filter(({ configSource }) => configSource === 1)
  return Object.fromEntries(own.map((config) => [config.name, config.value]))
}

describe('AlterConfigs', () => {
  it('A6: replaces the whole set', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { configs: { 'segment.ms': '5', 'retention.ms': '6' } })
    expect(await alter(broker, 't', { 'retention.ms': '7' })).toBe('NONE')
    expect(await setConfigs(broker, 't')).toEqual({ 'retention.ms': '7' })
  })

  it('A6: refuses what is unknown or wrong, and changes nothing then', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { configs: { 'segment.ms': '5' } })
    expect(await alter(broker, 't', { 'segment.mss': '5' })).toBe('INVALID_CONFIG')
    expect(await alter(broker, 't', { 'segment.ms': 'x' })).toBe('INVALID_CONFIG')
    expect(await alter(broker, 't', { 'segment.ms': null })).toBe('INVALID_REQUEST')
    expect(await alter(broker, 'missing', {})).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(await setConfigs(broker, 't')).toEqual({ 'segment.ms': '5' })
  })

  it('validating changes nothing', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    expect(await alter(broker, 't', { 'segment.ms': '5' }, true)).toBe('NONE')
    expect(await setConfigs(broker, 't')).toEqual({})
  })
})
