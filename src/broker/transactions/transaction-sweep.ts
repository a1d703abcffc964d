import type { Timer } from '../../core/clock.ts'
import { isRafkaError } from '../../core/errors.ts'
import type { BrokerState } from '../broker-state.ts'
import { endTransaction } from './end-transaction.ts'
import { fenced, fencingEpoch } from './producer-epochs.ts'
import type { Transaction } from './transaction.ts'

/** Entries that one commit of expiry removes. */
const STEP = 1000
/** Keeps a broker that was configured with next to nothing from spinning. */
const LEAST_INTERVAL_MS = 10

/**
 * What becomes of transactions by time alone: those that are open for longer than their producer asked are aborted, and transactional ids
 * that nobody has used for long are forgotten (`TransactionCoordinator.abortTimedOutTransactions`, `TransactionStateManager`).
 */
export class TransactionSweep {
  readonly #state: BrokerState
  readonly #timers = new Map<string, Timer>()
  readonly #underWay = new Set<Promise<void>>()

  constructor(state: BrokerState) {
    this.#state = state
  }

  start(): void {
    this.#every('transaction.abort.timed.out.transaction.cleanup.interval.ms', () => this.abortTimedOut())
    this.#every('transaction.remove.expired.transaction.cleanup.interval.ms', () => this.removeExpired())
  }

  /** Ends the timers and waits for what is under way. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    await Promise.allSettled(this.#underWay)
  }

  /** Aborts what has been open for too long, under the next epoch: its producer is fenced. */
  async abortTimedOut(): Promise<void> {
    const nowMs = this.#state.clock.now()
    const late = this.#state.transactions
      .all()
      .filter(({ busy, state }) => !busy && state.status === 'Ongoing' && state.startedMs + state.timeoutMs < nowMs)
    await Promise.all(late.map((transaction) => this.#abort(transaction)))
  }

  /** Forgets transactional ids without an open transaction that have not been used for `transactional.id.expiration.ms`. */
  async removeExpired(): Promise<void> {
    const { transactions, clock, configs, storage } = this.#state
    const olderThanMs = clock.now() - configs.number('transactional.id.expiration.ms')
    const expired = transactions
      .all()
      .filter(({ busy, state }) => !busy && state.status !== 'Ongoing' && state.changedMs < olderThanMs)
    for (let from = 0; from < expired.length; from += STEP) {
      const some = expired.slice(from, from + STEP).filter(({ busy }) => !busy)
      for (const transaction of some) transaction.begin('removal')
      try {
        await storage.commit(some.map((transaction) => transaction.removal()))
        for (const { id } of some) transactions.forget(id)
      } finally {
        for (const transaction of some) transaction.giveUp()
      }
    }
  }

  async #abort(transaction: Transaction): Promise<void> {
    const { state } = transaction
    const { logger } = this.#state
    try {
      await endTransaction(this.#state, transaction, 'abort', fenced(state), fencingEpoch(state))
      logger('info', `the transaction of "${transaction.id}" was open for longer than ${state.timeoutMs} ms: aborted`)
    } catch (error) {
      if (isRafkaError(error, 'CONCURRENT_TRANSACTIONS')) return
      logger('error', `the late transaction of "${transaction.id}" could not be aborted: ${messageOf(error)}`)
    }
  }

  #every(config: string, work: () => Promise<void>): void {
    const { clock, logger, closing, configs } = this.#state
    const round = () => {
      const done = work()
        .catch((error) => logger('error', `transactions could not be cleared up: ${messageOf(error)}`))
        .then(() => {
          this.#underWay.delete(done)
          if (!closing.aborted) arm()
        })
      this.#underWay.add(done)
    }
    const arm = () => this.#timers.set(config, clock.after(Math.max(configs.number(config), LEAST_INTERVAL_MS), round))
    arm()
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
