import { describe, expect, it } from 'vitest'
import { brokerConfigs } from '../../../src/broker/configs/broker-configs.ts'
import { topicConfigs } from '../../../src/broker/configs/topic-configs.ts'
import { describeConfigs } from '../../../src/protocol/apis/describe-configs.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'

const TOPIC = 2
const BROKER = 4

async function describeOne(
  broker: BrokerFixture,
  resourceType: number,
  resourceName: string,
  options: { configurationKeys?: string[] | null; includeSynonyms?: boolean; includeDocumentation?: boolean } = {},
) {
  const { configurationKeys = null, includeSynonyms = false, includeDocumentation = false } = options
  const resources = [{ resourceType, resourceName, configurationKeys }]
  const request = describeConfigs.request.create({ resources, includeSynonyms, includeDocumentation })
  const [result] = (await broker.ask(describeConfigs, request)).results
  return { ...result!, error: errorName(result!.errorCode) }
}

describe('DescribeConfigs', () => {
  it('A5, A7: tells every config of a topic with its default and where its value comes from', async () => {
    await using broker = await startBroker({ configs: { 'log.retention.bytes': '7' } })
    await broker.createTopic('t', { configs: { 'segment.ms': '5' } })
    const { configs, error } = await describeOne(broker, TOPIC, 't')
    expect(error).toBe('NONE')
    expect(configs.map(({ name }) => name)).toEqual(topicConfigs.map(({ name }) => name))
    const sources = new Map(configs.map(({ name, value, configSource }) => [name, [value, configSource]]))
    expect(sources.get('segment.ms')).toEqual(['5', 1])
    expect(sources.get('retention.bytes')).toEqual(['7', 4])
    expect(sources.get('max.message.bytes')).toEqual(['1048588', 5])
    expect(sources.get('retention.ms')).toEqual(['604800000', 5])
  })

  it('A5: only what is asked for, with synonyms and documentation when they are', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { configs: { 'retention.bytes': '5' } })
    const options = {
      configurationKeys: ['retention.bytes', 'no.such'],
      includeSynonyms: true,
      includeDocumentation: true,
    }
    const { configs } = await describeOne(broker, TOPIC, 't', options)
    expect(configs).toHaveLength(1)
    expect(configs[0]!.documentation).toContain('bytes')
    expect(configs[0]!.synonyms).toEqual([
      { name: 'retention.bytes', value: '5', source: 1 },
      { name: 'log.retention.bytes', value: '-1', source: 5 },
    ])
    const synonymsOf = async (name: string) =>
      (await describeOne(broker, TOPIC, 't', { configurationKeys: [name], includeSynonyms: true })).configs[0]!.synonyms
    expect(await synonymsOf('retention.ms')).toEqual([])
    expect(await synonymsOf('flush.messages')).toMatchObject([{ name: 'log.flush.interval.messages', source: 5 }])
  })

  it('A5: tells the configs of the broker, and which of them can be altered', async () => {
    await using broker = await startBroker()
    const { configs } = await describeOne(broker, BROKER, '1')
    expect(configs).toHaveLength(brokerConfigs.length)
    expect(configs.find(({ name }) => name === 'num.partitions')).toMatchObject({ value: '1', readOnly: true })
    expect(configs.find(({ name }) => name === 'log.retention.ms')).toMatchObject({ readOnly: false })
    expect((await describeOne(broker, BROKER, '')).configs).toEqual([])
  })

  it('A5: refuses a topic that does not exist, another broker, and what has no configs', async () => {
    await using broker = await startBroker()
    expect(await describeOne(broker, TOPIC, 'missing')).toMatchObject({
      error: 'UNKNOWN_TOPIC_OR_PARTITION',
      configs: [],
    })
    expect(await describeOne(broker, BROKER, '2')).toMatchObject({ error: 'INVALID_REQUEST' })
    expect(await describeOne(broker, 8, '1')).toMatchObject({ error: 'INVALID_REQUEST' })
  })

  it('A5: refuses a name that no topic can have', async () => {
    await using broker = await startBroker()
    expect(await describeOne(broker, TOPIC, 'a/b')).toMatchObject({ error: 'INVALID_TOPIC_EXCEPTION', configs: [] })
  })
})
