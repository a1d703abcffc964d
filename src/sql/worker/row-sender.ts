import { rowsAhead } from '../messages.ts'
import type { SqlValue } from '../sql-value.ts'
import type { Inbox } from './inbox.ts'

const MAX_ROWS = 512
const MAX_BYTES = 256 * 1024
/** Rows that are there are not kept longer than this while others are looked for, in ms. */
const MAX_AGE_MS = 50

/** Hands rows over in bunches, a few ahead of who takes them. */
export class RowSender {
  readonly #inbox: Inbox
  #rows: SqlValue[][] = []
  #bytes = 0
  #sent = 0
  #since = 0

  constructor(inbox: Inbox) {
    this.#inbox = inbox
  }

  add(row: SqlValue[]): void {
    for (let at = 0; at < row.length; at++) {
      const value = row[at]!
      if (typeof value === 'bigint') row[at] = withoutLoss(value)
      else if (value !== null && typeof value === 'object') this.#bytes += value.length
      else if (typeof value === 'string') this.#bytes += value.length
    }
    if (this.#rows.length === 0) this.#since = performance.now()
    this.#rows.push(row)
    if (this.#rows.length >= MAX_ROWS || this.#bytes >= MAX_BYTES) this.flush()
  }

  /** Called now and then while rows are looked for. */
  flushOld(): void {
    if (this.#rows.length > 0 && performance.now() - this.#since > MAX_AGE_MS) this.flush()
  }

  flush(): void {
    if (this.#rows.length === 0) return
    this.#inbox.awaitRowsTaken(this.#sent + 1 - rowsAhead)
    this.#inbox.send({ type: 'rows', rows: this.#rows })
    this.#sent++
    this.#rows = []
    this.#bytes = 0
  }
}

function withoutLoss(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
