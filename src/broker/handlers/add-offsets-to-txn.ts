import { addOffsetsToTxn } from '../../protocol/apis/add-offsets-to-txn.ts'
import { assertGroupId } from '../groups/find-group.ts'
import { handler, wireErrorOf } from '../handler.ts'
import { addToTransaction } from '../transactions/add-to-transaction.ts'
import { transactionErrorCode } from '../transactions/transaction-error.ts'

/** First version whose clients know PRODUCER_FENCED. */
const FIRST_VERSION_FENCED = 2

/** Lets a transaction commit offsets of a group. */
export const addOffsetsToTxnHandler = handler({
  api: addOffsetsToTxn,
  minVersion: 0,
  maxVersion: 4,
  async handle(state, request, { version }) {
    const { transactionalId, groupId } = request
    try {
      assertGroupId(groupId)
      await addToTransaction(state, transactionalId, request, { groups: [groupId] })
      return addOffsetsToTxn.response.create({})
    } catch (error) {
      const errorCode = transactionErrorCode(wireErrorOf(error, state), version >= FIRST_VERSION_FENCED)
      return addOffsetsToTxn.response.create({ errorCode })
    }
  },
  refuse: (_request, { errorCode }) => addOffsetsToTxn.response.create({ errorCode }),
})
