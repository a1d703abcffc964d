import { randomInt } from 'node:crypto'
import { RafkaError } from '../../core/errors.ts'
import { FetchSession } from './fetch-session.ts'

/** A session that was idle for this long makes room (`min.incremental.fetch.session.eviction.ms`), in ms. */
const EVICTION_MS = 120_000
/** Partitions that all sessions may remember together: some 200 MB at the most. A client that finds no room sends full fetches. */
const MAX_PARTITIONS = 1_000_000

/**
 * The fetch sessions of all clients, least recently used first (KIP-227, `FetchSessionCache`). Bounded in number by
 * `max.incremental.fetch.session.cache.slots`: a new one takes the place of one that is idle, or that is older than two minutes and smaller;
 * else its client goes on without.
 */
export class FetchSessions {
  readonly #sessions = new Map<number, FetchSession>()

  get size(): number {
    return this.#sessions.size
  }

  /**
   * A session that a client goes on with; its use counts.
   * @throws RafkaError `FETCH_SESSION_ID_NOT_FOUND`, `INVALID_FETCH_SESSION_EPOCH`, `FETCH_SESSION_TOPIC_ID_ERROR`
   */
  resume(id: number, epoch: number, byId: boolean, nowMs: number): FetchSession {
    const session = this.#sessions.get(id)
    if (session === undefined) throw new RafkaError('FETCH_SESSION_ID_NOT_FOUND', `there is no fetch session ${id}`)
    if (session.epoch !== epoch) {
      throw new RafkaError(
        'INVALID_FETCH_SESSION_EPOCH',
        `fetch session ${id} is at epoch ${session.epoch}; the request has ${epoch}`,
      )
    }
    if (session.byId !== byId) {
      throw new RafkaError(
        'FETCH_SESSION_TOPIC_ID_ERROR',
        `fetch session ${id} names topics ${session.byId ? 'by id' : 'by name'}; the request does not`,
      )
    }
    session.usedMs = nowMs
    this.#sessions.delete(id)
    this.#sessions.set(id, session)
    return session
  }

  /** A new session for so many partitions; undefined when there is no room. */
  create(slots: number, partitions: number, version: number, nowMs: number): FetchSession | undefined {
    if (!this.#makeRoom(slots, partitions, nowMs)) return undefined
    const session = new FetchSession(this.#freeId(), version, nowMs)
    this.#sessions.set(session.id, session)
    return session
  }

  close(id: number): void {
    this.#sessions.delete(id)
  }

  #makeRoom(slots: number, partitions: number, nowMs: number): boolean {
    if (slots <= 0) return false
    if (this.#sessions.size >= slots) {
      const victim = this.#victim(partitions, nowMs)
      if (victim === undefined) return false
      this.#sessions.delete(victim.id)
    }
    let remembered = partitions
    for (const { size } of this.#sessions.values()) remembered += size
    return remembered <= MAX_PARTITIONS
  }

  #victim(partitions: number, nowMs: number): FetchSession | undefined {
    const [oldest] = this.#sessions.values()
    if (oldest !== undefined && nowMs - oldest.usedMs > EVICTION_MS) return oldest
    const smallest = [...this.#sessions.values()]
      .filter(({ createdMs }) => nowMs - createdMs > EVICTION_MS)
      .sort((a, b) => a.size - b.size)[0]
    return smallest !== undefined && smallest.size < partitions ? smallest : undefined
  }

  #freeId(): number {
    for (;;) {
      const id = randomInt(1, 2 ** 31 - 1)
      if (!this.#sessions.has(id)) return id
    }
  }
}
