import { api } from '../api.ts'
import { int16, int32, int64, string } from '../field.ts'

/** Says that a transaction will commit offsets of a group. */
export const addOffsetsToTxn = api({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: [0, 4],
  flexibleSince: 3,
  request: {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    groupId: string,
  },
  response: { throttleTimeMs: int32, errorCode: int16 },
})
