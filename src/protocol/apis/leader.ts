import { array, int32, string, struct } from '../field.ts'

/** Who leads a partition, for a client that asked somebody else (KIP-951). -1: not known. */
export const leaderIdAndEpoch = struct({ leaderId: int32.default(-1), leaderEpoch: int32.default(-1) })

/** Where the leaders named in a response are (KIP-951). */
export const nodeEndpoints = array({
  nodeId: int32,
  host: string,
  port: int32,
  rack: string.nullable().default(null),
})
