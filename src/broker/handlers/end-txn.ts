import { endTxn } from '../../protocol/apis/end-txn.ts'
import { handler, wireErrorOf } from '../handler.ts'
import { finishTransaction } from '../transactions/finish-transaction.ts'
import { transactionErrorCode } from '../transactions/transaction-error.ts'

/** First version whose clients know PRODUCER_FENCED. */
const FIRST_VERSION_FENCED = 2

/** Commits or aborts the transaction of a producer; answered when every marker is durable. */
export const endTxnHandler = handler({
  api: endTxn,
  minVersion: 0,
  maxVersion: 4,
  async handle(state, request, { version }) {
    const { transactionalId, producerId, producerEpoch, committed } = request
    try {
      const producer = { producerId, producerEpoch }
      await finishTransaction(state, transactionalId, producer, committed ? 'commit' : 'abort')
      return endTxn.response.create({})
    } catch (error) {
      const errorCode = transactionErrorCode(wireErrorOf(error, state), version >= FIRST_VERSION_FENCED)
      return endTxn.response.create({ errorCode })
    }
  },
  refuse: (_request, { errorCode }) => endTxn.response.create({ errorCode }),
})
