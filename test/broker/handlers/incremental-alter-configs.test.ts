import { describe, expect, it } from 'vitest'
import type { RequestOf } from '../../../src/protocol/api.ts'
import { describeConfigs } from '../../../src/protocol/apis/describe-configs.ts'
import { incrementalAlterConfigs } from '../../../src/protocol/apis/incremental-alter-configs.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'

type Resource = RequestOf<typeof incrementalAlterConfigs>['resources'][number]
type Step = Resource['configs'][number]

const TOPIC = 2
const BROKER = 4
const SET = 0
const DELETE = 1
const APPEND = 2
const SUBTRACT = 3

const step = (name: string, configOperation: number, value: string | null): Step => ({ name, configOperation, value })

async function alterAll(broker: BrokerFixture, resources: readonly Resource[]) {
  const request = incrementalAlterConfigs.request.create({ resources })
  const { responses } = await broker.ask(incrementalAlterConfigs, request)
  return responses.map(({ errorCode }) => errorName(errorCode))
}

async function alter(broker: BrokerFixture, resourceType: number, resourceName: string, ...configs: Step[]) {
  return (await alterAll(broker, [{ resourceType, resourceName, configs }]))[0]
}

async function configOf(broker: BrokerFixture, resourceType: number, resourceName: string, name: string) {
  const resources = [{ resourceType, resourceName, configurationKeys: [name] }]
  const { results } = await broker.ask(describeConfigs, describeConfigs.request.create({ resources }))
  const { value, configSource } = results[0]!.configs[0]!
  return [value, configSource]
}

describe('IncrementalAlterConfigs', () => {
  it('A6: sets and deletes single configs and leaves the others', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { configs: { 'segment.ms': '5', 'retention.ms': '6' } })
    expect(await alter(broker, TOPIC, 't', step('segment.ms', SET, '7'), step('retention.ms', DELETE, null))).toBe(
      'NONE',
    )
    expect(await configOf(broker, TOPIC, 't', 'segment.ms')).toEqual(['7', 1])
    expect(await configOf(broker, TOPIC, 't', 'retention.ms')).toEqual(['604800000', 5])
  })

  it('A6: appends to a list without doubling, and subtracts', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await alter(broker, TOPIC, 't', step('cleanup.policy', APPEND, 'compact,delete'))
    expect(await configOf(broker, TOPIC, 't', 'cleanup.policy')).toEqual(['delete,compact', 1])
    await alter(broker, TOPIC, 't', step('cleanup.policy', SUBTRACT, 'delete'))
    expect(await configOf(broker, TOPIC, 't', 'cleanup.policy')).toEqual(['compact', 1])
  })

  it.each([
    [step('retention.ms', APPEND, '5'), 'INVALID_CONFIG'],
    [step('retention.ms', SUBTRACT, '5'), 'INVALID_CONFIG'],
    [step('retention.ms', SET, null), 'INVALID_REQUEST'],
    [step('retention.ms', 4, '5'), 'INVALID_REQUEST'],
    [step('no.such', SET, '5'), 'INVALID_CONFIG'],
    [step('retention.ms', SET, 'soon'), 'INVALID_CONFIG'],
  ])('A6: %j is refused with %s', async (wrong, error) => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    expect(await alter(broker, TOPIC, 't', step('segment.ms', SET, '5'), wrong)).toBe(error)
    expect(await configOf(broker, TOPIC, 't', 'segment.ms')).toEqual(['604800000', 5])
  })

  it('A6: refuses a config or a resource that is named twice', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const twice = [step('segment.ms', SET, '5'), step('segment.ms', SET, '6')]
    expect(await alter(broker, TOPIC, 't', ...twice)).toBe('INVALID_REQUEST')
    const resource = { resourceType: TOPIC, resourceName: 't', configs: [step('segment.ms', SET, '5')] }
    expect(await alterAll(broker, [resource, resource])).toEqual(['INVALID_REQUEST', 'INVALID_REQUEST'])
  })

  it('A6: alters what the broker allows while it runs, for topics that have no value of their own', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    expect(await alter(broker, BROKER, '1', step('log.retention.ms', SET, '9'))).toBe('NONE')
    expect(await configOf(broker, TOPIC, 't', 'retention.ms')).toEqual(['9', 2])
    expect(await alter(broker, BROKER, '1', step('num.partitions', SET, '9'))).toBe('INVALID_REQUEST')
    expect(await alter(broker, BROKER, '2', step('log.retention.ms', SET, '9'))).toBe('INVALID_REQUEST')
    expect(await alter(broker, 8, 'x', step('log.retention.ms', SET, '9'))).toBe('INVALID_REQUEST')
  })
})
