import { api } from '../api.ts'
import { array, int8, int16, int32, string } from '../field.ts'

const clientMetrics = 16

/** What has configs of its own. No types: all (KIP-1142); in version 0, subscriptions to client metrics alone (KIP-714). */
export const listConfigResources = api({
  key: 74,
  name: 'ListConfigResources',
  versions: [0, 1],
  flexibleSince: 0,
  request: { resourceTypes: array(int8).since(1) },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    configResources: array({ resourceName: string, resourceType: int8.since(1).default(clientMetrics) }),
  },
})
