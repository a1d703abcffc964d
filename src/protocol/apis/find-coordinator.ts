import { api } from '../api.ts'
import { array, int8, int16, int32, string } from '../field.ts'

/** Which broker coordinates a group, transaction or share group. `keyType`: 0 group, 1 transaction, 2 share (version 6). From version 4 on for several keys at once (KIP-699). */
export const findCoordinator = api({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexibleSince: 3,
  request: {
    key: string.until(3),
    keyType: int8.since(1),
    coordinatorKeys: array(string).since(4),
  },
  response: {
    throttleTimeMs: int32.since(1),
    errorCode: int16.until(3),
    errorMessage: string.since(1).until(3).nullable(1),
    nodeId: int32.until(3),
    host: string.until(3),
    port: int32.until(3),
    coordinators: array({
      key: string,
      nodeId: int32,
      host: string,
      port: int32,
      errorCode: int16,
      errorMessage: string.nullable(4),
    }).since(4),
  },
})
