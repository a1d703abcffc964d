import type { Surroundings } from '../surroundings.ts'
import type { Surrounding } from './outside.ts'

/** Where the lines of a REPL run: at a terminal, or in a script. */
export interface Stage {
  /** Runs a line to its end. `programs`: other programs run with it, and use the terminal themselves. */
  inFront(line: { readonly programs: boolean }, work: (around: Surrounding) => Promise<number>): Promise<number>
  /** Who looks at records while they are printed. */
  readonly watchRecords?: Surroundings['watchRecords']
}
