import type { RafkaError } from '../../src/index.ts'
import { escapeText } from '../output/escape-text.ts'
import { countOf } from '../output/quantities.ts'
import type { Terminal } from '../output/terminal.ts'

/** So many are told of one by one. */
const MAX_TOLD = 20

/** Records that were wrong and left out, told as they come, up to a number of them. */
export class SkippedRecords {
  /** What was wrong with the first. */
  first: RafkaError | undefined
  count = 0
  readonly #terminal: Terminal

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  add(error: RafkaError): void {
    this.first ??= error
    this.count += 1
    if (this.count <= MAX_TOLD) this.#terminal.warn(`skipped: ${escapeText(error.message)}`)
  }

  /** Tells how many there were beyond those that were told of. */
  finish(): void {
    if (this.count > MAX_TOLD) this.#terminal.warn(`skipped: ${countOf(this.count - MAX_TOLD, 'more record')}`)
  }
}
