import type { Config } from '../../config/load-config.ts'
import type { Terminal } from '../output/terminal.ts'
import { openSession, type Session, type Sessions } from '../session.ts'

/** A session, and the configuration that led to it. */
export interface OpenSession {
  readonly session: Session
  readonly config: Config
}

/** One session for many commands: opened when the first one needs it, and again after it was let go. */
export class KeptSession implements Sessions {
  #opening: Promise<Session> | undefined
  #current: OpenSession | undefined

  /** The session while there is one. */
  get current(): OpenSession | undefined {
    return this.#current
  }

  open(config: Config, terminal: Terminal): Promise<Session> {
    this.#opening ??= this.#open(config, terminal)
    return this.#opening
  }

  async #open(config: Config, terminal: Terminal): Promise<Session> {
    try {
      const session = await openSession(config, terminal)
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
