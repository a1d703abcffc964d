import { initProducerId } from '../../protocol/apis/init-producer-id.ts'
import { handler, wireError, wireErrorOf } from '../handler.ts'

/** Hands out producer ids to idempotent producers (KIP-98). Transactional ids are refused: there are no transactions yet. */
export const initProducerIdHandler = handler({
  api: initProducerId,
  minVersion: 0,
  maxVersion: 5,
  async handle(state, request) {
    if (request.transactionalId !== null) {
      return initProducerId.response.create({ errorCode: wireError('INVALID_REQUEST').errorCode, producerEpoch: -1 })
    }
    try {
      return initProducerId.response.create({ producerId: await state.producerIds.next(), producerEpoch: 0 })
    } catch (error) {
      return initProducerId.response.create({ errorCode: wireErrorOf(error, state).errorCode, producerEpoch: -1 })
    }
  },
  refuse: (_request, error) => initProducerId.response.create({ errorCode: error.errorCode, producerEpoch: -1 }),
})
