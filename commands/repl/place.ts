import type { GlobalFlags } from '../global-options.ts'
import { KeptSession } from './kept-session.ts'

/** Where the lines of a REPL go: a broker or a data directory, and a topic. */
export class Place {
  /** The flags that name it. */
  readonly flags: GlobalFlags
  readonly session = new KeptSession()
  /** What `use` named. */
  topic: string | undefined

  constructor(flags: GlobalFlags) {
    this.flags = flags
  }
}
