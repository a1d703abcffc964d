import { describeCluster } from '../../protocol/apis/describe-cluster.ts'
import { authorizedOperations } from '../authorized-operations.ts'
import { handler, wireError } from '../handler.ts'

/** `endpointType` of brokers; 2 asks for controllers, which listen nowhere of their own (KIP-919). */
const BROKERS = 1

/** Tells who makes up the cluster (KIP-700). */
export const describeClusterHandler = handler({
  api: describeCluster,
  minVersion: 0,
  maxVersion: 1,
  async handle(state, request, { connection }) {
    if (request.endpointType !== BROKERS) {
      return describeCluster.response.create({
        ...wireError('MISMATCHED_ENDPOINT_TYPE', 'this listener is for clients; it lists brokers (endpoint type 1)'),
        endpointType: BROKERS,
      })
    }
    const { host, port } = state.advertised(connection)
    return describeCluster.response.create({
      clusterId: state.clusterId,
      controllerId: state.nodeId,
      brokers: [{ brokerId: state.nodeId, host, port, rack: null, isFenced: false }],
      ...(request.includeClusterAuthorizedOperations
        ? { clusterAuthorizedOperations: authorizedOperations.cluster }
        : {}),
    })
  },
  refuse: (_request, error) => describeCluster.response.create({ ...error }),
})
