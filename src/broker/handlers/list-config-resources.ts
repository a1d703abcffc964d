import { RafkaError } from '../../core/errors.ts'
import { listConfigResources } from '../../protocol/apis/list-config-resources.ts'
import type { BrokerState } from '../broker-state.ts'
import { resourceType } from '../configs/config-resource.ts'
import { handler, wireErrorOf } from '../handler.ts'

/** Kafka's types that may be asked for and of which there is nothing here: loggers, metrics of clients. */
const WITHOUT_ANY = [8, 16]

/** Lists what has configs: topics, this broker, and groups that have some of their own (KIP-1142). Version 0 asks for subscriptions to metrics alone, and there are none. */
export const listConfigResourcesHandler = handler({
  api: listConfigResources,
  minVersion: 0,
  maxVersion: 1,
  async handle(state, { resourceTypes }, { version }) {
    if (version === 0) return listConfigResources.response.create({})
    try {
      const wanted = resourceTypes.length === 0 ? Object.values(resourceType) : resourceTypes
      return listConfigResources.response.create({
        configResources: [...new Set(wanted)].flatMap((type) =>
          namesOf(state, type).map((resourceName) => ({ resourceName, resourceType: type })),
        ),
      })
    } catch (error) {
      return listConfigResources.response.create({ errorCode: wireErrorOf(error, state).errorCode })
    }
  },
  refuse: (_request, { errorCode }) => listConfigResources.response.create({ errorCode }),
})

/** @throws RafkaError `UNSUPPORTED_VERSION` for a type that Kafka does not know either */
function namesOf({ topics, nodeId, configs }: BrokerState, type: number): string[] {
  if (type === resourceType.topic) return topics.all().map(({ name }) => name)
  if (type === resourceType.broker) return [String(nodeId)]
  if (type === resourceType.group) return configs.groupNames
  if (WITHOUT_ANY.includes(type)) return []
  throw new RafkaError('UNSUPPORTED_VERSION', `there are no resources of type ${type}`)
}
