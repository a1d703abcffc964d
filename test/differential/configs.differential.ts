import { describe } from 'vitest'
import { alterConfigs } from '../../src/protocol/apis/alter-configs.ts'
import { describeConfigs } from '../../src/protocol/apis/describe-configs.ts'
import { incrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs.ts'
import { type Compared, sameAnswers } from './compared.ts'

const TOPIC = 2
const BROKER = 4
const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

/** Tiered storage, which Rafka does not have, and what Kafka sets for all brokers to elect leaders by (KIP-966). */
const onPurpose = /^(remote\.|local\.retention|min\.insync\.replicas)/

type Step = readonly [name: string, operation: keyof typeof operations, value: string | null]

async function change(broker: Compared, type: number, name: string, ...steps: readonly Step[]): Promise<void> {
  const configs = steps.map(([name, operation, value]) => ({ name, configOperation: operations[operation], value }))
  await broker.ask(incrementalAlterConfigs, 1, {
    resources: [{ resourceType: type, resourceName: name, configs }],
    validateOnly: false,
  })
}

async function replace(broker: Compared, name: string, configs: Record<string, string | null>): Promise<void> {
  await broker.ask(alterConfigs, 2, {
    resources: [
      {
        resourceType: TOPIC,
        resourceName: name,
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      },
    ],
    validateOnly: false,
  })
}

/** Values and sources of a topic's configs, once `key` is what it was set to; undefined: at once. */
async function configsOf(broker: Compared, topic: string, key?: string, value?: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { results } = await broker.tell(describeConfigs, 4, {
      resources: [{ resourceType: TOPIC, resourceName: topic, configurationKeys: null }],
      includeSynonyms: false,
    })
    const configs = results[0]!.configs.filter(({ name }) => !onPurpose.test(name))
    if (key !== undefined && configs.find(({ name }) => name === key)?.value !== value) continue
    const told = configs.map(({ name, value, configSource, configType, readOnly, isSensitive }) => [
      name,
      { value, configSource, configType, readOnly, isSensitive },
    ])
    broker.note('configs', Object.fromEntries(told.sort()))
    return
  }
  broker.note('configs', `${key} does not become ${value}`)
}

describe('configs', () => {
  sameAnswers('of a new topic: names, values, types and where they come from', async (broker) => {
    await configsOf(broker, await broker.topic('configs-new'))
  })

  sameAnswers('changed one by one', async (broker) => {
    const topic = await broker.topic('configs-changed')
    await change(broker, TOPIC, topic, ['retention.ms', 'set', '1000'], ['cleanup.policy', 'append', 'compact'])
    await configsOf(broker, topic, 'cleanup.policy', 'delete,compact')
    await change(broker, TOPIC, topic, ['cleanup.policy', 'append', 'compact'])
    await change(broker, TOPIC, topic, ['cleanup.policy', 'subtract', 'delete'], ['retention.ms', 'delete', null])
    await configsOf(broker, topic, 'cleanup.policy', 'compact')
    await change(broker, TOPIC, topic, ['retention.ms', 'append', '1'])
    await change(broker, TOPIC, topic, ['retention.mss', 'set', '1'])
    await change(broker, TOPIC, topic, ['retention.ms', 'set', 'x'])
    await change(broker, TOPIC, topic, ['retention.ms', 'set', null])
    await change(broker, TOPIC, topic, ['segment.ms', 'set', '5'], ['segment.ms', 'set', '6'])
    await change(broker, TOPIC, `missing-${broker.run}`, ['retention.ms', 'set', '1'])
    await change(broker, TOPIC, '', ['retention.ms', 'set', '1'])
    await change(broker, BROKER, '99', ['log.retention.ms', 'set', '1'])
    await change(broker, BROKER, 'x', ['log.retention.ms', 'set', '1'])
    await change(broker, BROKER, '1', ['broker.id', 'set', '7'])
  })

  sameAnswers('replaced as a whole', async (broker) => {
    const topic = await broker.topic('configs-replaced', { configs: { 'retention.ms': '5000' } })
    await replace(broker, topic, { 'segment.ms': '100' })
    await configsOf(broker, topic, 'segment.ms', '100')
    await replace(broker, topic, { 'segment.ms': 'x' })
    await replace(broker, topic, { nothing: '1' })
    await replace(broker, topic, {})
    await configsOf(broker, topic, 'segment.ms', '604800000')
    await replace(broker, `missing-${broker.run}`, {})
  })

  sameAnswers('asked for wrongly', async (broker) => {
    const topic = await broker.topic('configs-asked')
    const ask = (resourceType: number, resourceName: string, configurationKeys: string[] | null) =>
      broker.ask(describeConfigs, 4, {
        resources: [{ resourceType, resourceName, configurationKeys }],
        includeSynonyms: false,
      })
    await ask(TOPIC, topic, ['retention.ms'])
    await ask(TOPIC, topic, ['nothing'])
    await ask(TOPIC, `missing-${broker.run}`, null)
    await ask(TOPIC, 'a/b', null)
    await ask(BROKER, '99', null)
    await ask(BROKER, 'x', null)
    await ask(77, topic, null)
  })
})
