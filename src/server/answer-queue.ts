import type { LentMemory } from '../core/lent-memory.ts'

/** What became of a request: bytes to write, nothing to write (Produce with acks=0), or a reason to close the connection. */
export type Answer = { readonly pieces: readonly Buffer[] } | { readonly none: true } | { readonly failure: unknown }

/** The place of one request in the order of answers. */
export interface Place {
  answer: Answer | undefined
  readonly requestBytes: number
  /** Bytes reserved for the answer to a fetch; 0 for other requests. */
  reservedBytes: number
  readonly isFetch: boolean
  /** What the records of the answer may be in. */
  memory: LentMemory | undefined
}

/** The answers of one connection in the order of its requests, however they become ready. */
export class AnswerQueue {
  readonly #places: Place[] = []
  #requestBytes = 0
  #fetches = 0

  /** Requests whose answer has not been taken. */
  get length(): number {
    return this.#places.length
  }

  /** Bytes of these requests. */
  get requestBytes(): number {
    return this.#requestBytes
  }

  /** How many of them are fetches. */
  get fetches(): number {
    return this.#fetches
  }

  add(requestBytes: number, isFetch: boolean): Place {
    const place: Place = { answer: undefined, requestBytes, reservedBytes: 0, isFetch, memory: undefined }
    this.#places.push(place)
    this.#requestBytes += requestBytes
    if (isFetch) this.#fetches += 1
    return place
  }

  /** The next in order, when its answer is there. */
  take(): (Place & { readonly answer: Answer }) | undefined {
    const first = this.#places[0]
    if (first === undefined || first.answer === undefined) return undefined
    this.#places.shift()
    this.#requestBytes -= first.requestBytes
    if (first.isFetch) this.#fetches -= 1
    return first as Place & { readonly answer: Answer }
  }

  /** Forgets all. @returns the bytes that were reserved */
  clear(): number {
    const reserved = this.#places.reduce((sum, place) => sum + place.reservedBytes, 0)
    this.#places.length = 0
    this.#requestBytes = 0
    this.#fetches = 0
    return reserved
  }
}
