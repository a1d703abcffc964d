import type { ConfigChange, ConfigEntry, ConfigOperation, ConfigResource, ConfigSource } from '../../core/admin.ts'
import { RafkaError } from '../../core/errors.ts'
import { describeConfigs } from '../../protocol/apis/describe-configs.ts'
import { incrementalAlterConfigs } from '../../protocol/apis/incremental-alter-configs.ts'
import { errorName } from '../../protocol/error-codes.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { NodeChoice } from '../cluster/lane.ts'

/** Kafka's `ConfigResource.Type`. */
const resourceTypes = { topic: 2, broker: 4 } as const
/** Kafka's `AlterConfigOp.OpType`. */
const operations: Readonly<Record<ConfigOperation, number>> = { set: 0, delete: 1, append: 2, subtract: 3 }
/** Kafka's `DescribeConfigsResponse.ConfigSource`. */
const sources: ReadonlyArray<ConfigSource | undefined> = [
  undefined,
  'topic',
  'dynamic-broker',
  'dynamic-default-broker',
  'static-broker',
  'default',
  undefined,
  undefined,
  'group',
]

/** See `Admin.describeConfigs`. */
export async function describeConfigsOn(
  cluster: Cluster,
  resource: ConfigResource,
  documentation: boolean,
): Promise<ConfigEntry[]> {
  const resources = [
    { resourceType: resourceTypes[resource.type], resourceName: resource.name, configurationKeys: null },
  ]
  const body = describeConfigs.request.create({ resources, includeDocumentation: documentation })
  const response = await cluster.call(await nodeOf(cluster, resource), describeConfigs, body)
  const [answer] = response.results
  check(resource, answer)
  return (answer?.configs ?? []).map((config) => {
    const source = sources[config.configSource] ?? 'unknown'
    return {
      name: config.name,
      value: config.isSensitive ? null : config.value,
      source,
      isDefault: source === 'default',
      readOnly: config.readOnly,
      sensitive: config.isSensitive,
      documentation: config.documentation,
    }
  })
}

/** See `Admin.topicConfig`. */
export async function topicConfigOn(
  cluster: Cluster,
  topics: readonly string[],
  config: string,
): Promise<Map<string, string | null>> {
  if (topics.length === 0) return new Map()
  const resourceType = resourceTypes.topic
  const resources = topics.map((resourceName) => ({ resourceType, resourceName, configurationKeys: [config] }))
  const body = describeConfigs.request.create({ resources, includeDocumentation: false })
  const { results } = await cluster.call('any', describeConfigs, body)
  return new Map(
    results.flatMap(({ errorCode, resourceName, configs }) => {
      const found = errorName(errorCode) === 'NONE' ? configs.find(({ name }) => name === config) : undefined
      return found === undefined ? [] : [[resourceName, found.value] as const]
    }),
  )
}

/** See `Admin.alterConfigs`. */
export async function alterConfigsOn(
  cluster: Cluster,
  resource: ConfigResource,
  changes: readonly ConfigChange[],
  validateOnly: boolean,
): Promise<void> {
  const configs = changes.map(({ name, operation, value }) => ({ name, configOperation: operations[operation], value }))
  const resources = [{ resourceType: resourceTypes[resource.type], resourceName: resource.name, configs }]
  const body = incrementalAlterConfigs.request.create({ resources, validateOnly })
  const response = await cluster.call(await nodeOf(cluster, resource), incrementalAlterConfigs, body)
  check(resource, response.responses[0])
}

/** A broker answers for itself alone. */
async function nodeOf(cluster: Cluster, { type, name }: ConfigResource): Promise<NodeChoice> {
  const node = Number(name)
  if (type === 'topic' || name === '' || !Number.isInteger(node)) return 'any'
  if (cluster.addressOf(node) === undefined) await cluster.refresh({ topics: [] })
  return cluster.addressOf(node) === undefined ? 'any' : node
}

function check(
  { type, name }: ConfigResource,
  answer: { readonly errorCode: number; readonly errorMessage: string | null } | undefined,
): void {
  const error = answer === undefined ? 'UNKNOWN_SERVER_ERROR' : errorName(answer.errorCode)
  if (error === 'NONE') return
  const reason = answer?.errorMessage ?? `the broker answered ${error}`
  throw new RafkaError(error, `configs of ${type} "${name}": ${reason}`, { details: { type, name } })
}
