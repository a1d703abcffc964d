import { RafkaError } from '../../core/errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { initProducerId } from '../../protocol/apis/init-producer-id.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, wireErrorOf } from '../handler.ts'
import { initTransactionalProducer, type ProducerIdentity } from '../transactions/init-producer.ts'
import { transactionErrorCode } from '../transactions/transaction-error.ts'

type Request = RequestOf<typeof initProducerId>

/** First version whose clients know PRODUCER_FENCED (KIP-588). */
const FIRST_VERSION_FENCED = 4

/** Gives producers their identity: a fresh id, or the next epoch of the one that a transactional id has (KIP-98, KIP-360). */
export const initProducerIdHandler = handler({
  api: initProducerId,
  minVersion: 0,
  maxVersion: 5,
  async handle(state, request, { version }) {
    try {
      const { producerId, producerEpoch } = await identify(state, request)
      return initProducerId.response.create({ producerId, producerEpoch })
    } catch (error) {
      return refusal(transactionErrorCode(wireErrorOf(error, state), version >= FIRST_VERSION_FENCED))
    }
  },
  refuse: (_request, { errorCode }) => refusal(errorCode),
})

async function identify(state: BrokerState, request: Request): Promise<ProducerIdentity> {
  const { transactionalId, transactionTimeoutMs, producerId, producerEpoch } = request
  if ((producerId === -1) !== (producerEpoch === -1)) {
    throw new RafkaError('INVALID_REQUEST', 'a producer names its id and its epoch, or neither')
  }
  if (transactionalId === null) return { producerId: await state.producerIds.next(), producerEpoch: 0 }
  const expected = producerId === -1 ? undefined : { producerId, producerEpoch }
  return initTransactionalProducer(state, transactionalId, transactionTimeoutMs, expected)
}

function refusal(errorCode: number) {
  return initProducerId.response.create({ errorCode, producerEpoch: -1 })
}
