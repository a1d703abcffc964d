import type { Config } from '../../config/load-config.ts'
import type { Asking } from '../prompts.ts'
import { openSession, type Session, type Sessions, type TypedPasswords } from '../session.ts'

/** A session, and the configuration that led to it. */
export interface OpenSession {
  readonly session: Session
  readonly config: Config
}

/** One session for many commands: opened when the first one needs it, and again after it was let go. */
export class KeptSession implements Sessions {
  #opening: Promise<Session> | undefined
  #current: OpenSession | undefined
  readonly #typed: TypedPasswords = new Map()

  /** The session while there is one. */
  get current(): OpenSession | undefined {
    return this.#current
  }

  open(config: Config, asking: Asking): Promise<Session> {
    this.#opening ??= this.#open(config, asking)
    return this.#opening
  }

  async #open(config: Config, asking: Asking): Promise<Session> {
    try {
      const session = await openSession(config, asking, this.#typed)
      this.#current = { session, config }
      return session
    } catch (error) {
      this.#opening = undefined
      throw error
    }
  }

  /** It stays. */
  async release(): Promise<void> {}

  /** Closes it; whoever comes next opens another. */
  async letGo(): Promise<void> {
    const opening = this.#opening
    this.#opening = undefined
    this.#current = undefined
    const session = await opening?.catch(() => undefined)
    await session?.rafka.close()
  }
}
