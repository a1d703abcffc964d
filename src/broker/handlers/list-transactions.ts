import type { RequestOf } from '../../protocol/api.ts'
import { listTransactions } from '../../protocol/apis/list-transactions.ts'
import { handler } from '../handler.ts'
import type { Transaction } from '../transactions/transaction.ts'

/** Every state that a filter may name (`TransactionState`); those of Kafka's that come up nowhere here let nothing through. */
const STATES: readonly string[] = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
]

/**
 * Lists transactional ids (KIP-664, KIP-994). The pattern of version 2 is not served: it is an expression of RE2, and one client reads that
 * version wrongly.
 */
export const listTransactionsHandler = handler({
  api: listTransactions,
  minVersion: 0,
  maxVersion: 1,
  async handle(state, request) {
    const nowMs = state.clock.now()
    return listTransactions.response.create({
      unknownStateFilters: request.stateFilters.filter((name) => !STATES.includes(name)),
      transactionStates: state.transactions
        .all()
        .filter((transaction) => isWanted(transaction, request, nowMs))
        .map(({ id, status, state: { producerId } }) => ({
          transactionalId: id,
          producerId,
          transactionState: status,
        })),
    })
  },
  refuse: (_request, { errorCode }) => listTransactions.response.create({ errorCode }),
})

function isWanted(
  { status, state }: Transaction,
  { stateFilters, producerIdFilters, durationFilter }: RequestOf<typeof listTransactions>,
  nowMs: number,
): boolean {
  if (producerIdFilters.length > 0 && !producerIdFilters.includes(state.producerId)) return false
  if (durationFilter >= 0 && nowMs - state.startedMs <= durationFilter) return false
  return stateFilters.length === 0 || stateFilters.includes(status)
}
