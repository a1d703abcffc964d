import type { RequestOf } from '../../protocol/api.ts'
import { listTransactions } from '../../protocol/apis/list-transactions.ts'
import { handler, wireErrorOf } from '../handler.ts'
import { NamePattern } from '../patterns/name-pattern.ts'
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

/** Lists transactional ids (KIP-664, KIP-994, KIP-1152). */
export const listTransactionsHandler = handler({
  api: listTransactions,
  minVersion: 0,
  maxVersion: 2,
  async handle(state, request) {
    const nowMs = state.clock.now()
    const { transactionalIdPattern: text, stateFilters } = request
    try {
      const pattern = text === null || text === '' ? undefined : new NamePattern(text)
      const wanted = state.transactions
        .all()
        .filter((transaction) => isWanted(transaction, request, nowMs) && pattern?.matches(transaction.id) !== false)
      return listTransactions.response.create({
        unknownStateFilters: stateFilters.filter((name) => !STATES.includes(name)),
        transactionStates: wanted.map(({ id, status, state: { producerId } }) => ({
          transactionalId: id,
          producerId,
          transactionState: status,
        })),
      })
    } catch (error) {
      return listTransactions.response.create({ errorCode: wireErrorOf(error, state).errorCode })
    }
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
