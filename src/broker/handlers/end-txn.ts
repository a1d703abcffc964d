import { endTxn } from '../../protocol/apis/end-txn.ts'
import { handler, wireErrorOf } from '../handler.ts'
import { finishTransaction } from '../transactions/finish-transaction.ts'
import { transactionErrorCode } from '../transactions/transaction-error.ts'

/** First version whose clients know PRODUCER_FENCED. */
const FIRST_VERSION_FENCED = 2
/** First version that goes by `transaction.version` 2 (KIP-890). */
const FIRST_VERSION_RAISING_EPOCH = 5

/** Commits or aborts the transaction of a producer; answered when every marker is durable. */
export const endTxnHandler = handler({
  api: endTxn,
  minVersion: 0,
  maxVersion: 5,
  async handle(state, request, { version }) {
    const { transactionalId, committed } = request
    const end = committed ? 'commit' : 'abort'
    try {
      const finish = { end, raisesEpoch: version >= FIRST_VERSION_RAISING_EPOCH } as const
      const { producerId, producerEpoch } = await finishTransaction(state, transactionalId, request, finish)
      return endTxn.response.create({ producerId, producerEpoch })
    } catch (error) {
      const errorCode = transactionErrorCode(wireErrorOf(error, state), version >= FIRST_VERSION_FENCED)
      return endTxn.response.create({ errorCode })
    }
  },
  refuse: (_request, { errorCode }) => endTxn.response.create({ errorCode }),
})
