import { api } from '../api.ts'
import { int16, int32, int64, string } from '../field.ts'

/** Gives an idempotent or transactional producer its id and epoch. */
export const initProducerId = api({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 5],
  flexibleSince: 2,
  request: {
    transactionalId: string.nullable(),
    transactionTimeoutMs: int32,
    producerId: int64.since(3).default(-1),
    producerEpoch: int16.since(3).default(-1),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    producerId: int64.default(-1),
    producerEpoch: int16,
  },
})
