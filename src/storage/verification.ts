import type { StoredBatch } from '../core/storage-engine.ts'

/** One thing that is wrong with a store. */
export interface Finding {
  readonly file: string
  /** A byte, a page, or a log and offset. */
  readonly where: string
  readonly what: string
}

/** Tells what is wrong with a batch, from what only its owner knows of its bytes; undefined when nothing is. */
export type BatchCheck = (batch: StoredBatch) => string | undefined

/** What a repair did. */
export interface RepairReport {
  /** The damaged files, under the names that they have now. */
  readonly keptAside: readonly string[]
  readonly logCount: number
  readonly batchCount: number
  readonly entryCount: number
  /** What could not be saved. */
  readonly lost: readonly Finding[]
}

/** Findings up to a bound: a file of nothing but damage would have millions. */
export class Findings {
  static readonly limit = 1000
  readonly #list: Finding[] = []
  #omitted = 0

  add(finding: Finding): void {
    if (this.#list.length < Findings.limit) this.#list.push(finding)
    else this.#omitted++
  }

  /** What was found; the last one tells of those over the bound. */
  list(): Finding[] {
    const last = this.#list.at(-1)
    if (last === undefined || this.#omitted === 0) return this.#list
    return [...this.#list, { file: last.file, where: 'further on', what: `${this.#omitted} more findings` }]
  }
}

/** A name for a damaged file that is kept beside its replacement. */
export function asideName(path: string, now: Date): string {
  return `${path}.damaged-${now.toISOString().replaceAll(/[:.]/g, '-')}`
}
