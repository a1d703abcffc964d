import { api } from '../api.ts'
import { array, boolean, int8, int16, int32, string } from '../field.ts'

const brokers = 1
const notAsked = -2147483648

/** The cluster's id, controller and brokers (KIP-700). `endpointType`: 1 brokers, 2 controllers. */
export const describeCluster = api({
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexibleSince: 0,
  request: {
    includeClusterAuthorizedOperations: boolean,
    endpointType: int8.since(1).default(brokers),
    includeFencedBrokers: boolean.since(2),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable().default(null),
    endpointType: int8.since(1).default(brokers),
    clusterId: string,
    controllerId: int32.default(-1),
    brokers: array({
      brokerId: int32,
      host: string,
      port: int32,
      rack: string.nullable().default(null),
      isFenced: boolean.since(2),
    }),
    clusterAuthorizedOperations: int32.default(notAsked),
  },
})
