import { NamePattern } from '../../patterns/name-pattern.ts'
import type { Topics } from '../../topics/topics.ts'

/** Expressions that are kept read; the one that was not used for longest goes first. */
const MAX_KEPT = 1000

interface Kept {
  readonly pattern: NamePattern
  /** `Topics.revision` that `matching` is of. */
  revision: number
  matching: readonly string[]
}

/** Which topics the regular expressions of members match, looked up again only when there are other topics. */
export class TopicPatterns {
  readonly #topics: Topics
  readonly #kept = new Map<string, Kept>()

  constructor(topics: Topics) {
    this.#topics = topics
  }

  /** @throws RafkaError `INVALID_REGULAR_EXPRESSION` */
  assertReadable(text: string): void {
    this.#read(text)
  }

  /** Names of the topics that the expression matches as a whole, in order. */
  matching(text: string): readonly string[] {
    const kept = this.#read(text)
    if (kept.revision !== this.#topics.revision) {
      kept.matching = this.#topics.all().flatMap(({ name }) => (kept.pattern.matches(name) ? [name] : []))
      kept.revision = this.#topics.revision
    }
    return kept.matching
  }

  #read(text: string): Kept {
    let kept = this.#kept.get(text)
    if (kept === undefined) {
      kept = { pattern: new NamePattern(text), revision: -1, matching: [] }
      const oldest = this.#kept.size >= MAX_KEPT ? this.#kept.keys().next().value : undefined
      if (oldest !== undefined) this.#kept.delete(oldest)
    } else {
      this.#kept.delete(text)
    }
    this.#kept.set(text, kept)
    return kept
  }
}
