import type { Config } from '../../config/load-config.ts'
import type { Terminal } from '../output/terminal.ts'
import { openSession, type Session, type Sessions } from '../session.ts'

/** One session for many commands: opened when the first one needs it, and again after it was let go. */
export class KeptSession implements Sessions {
  #opening: Promise<Session> | undefined

  open(config: Config, terminal: Terminal): Promise<Session> {
    this.#opening ??= this.#open(config, terminal)
    return this.#opening
  }

  async #open(config: Config, terminal: Terminal): Promise<Session> {
    try {
      return await openSession(config, terminal)
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
    const session = await opening?.catch(() => undefined)
    await session?.rafka.close()
  }
}
