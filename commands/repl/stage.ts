import type { Surroundings } from '../surroundings.ts'
import type { History } from './history.ts'
import type { Surrounding } from './outside.ts'
import type { PrintedRecords } from './printed-records.ts'
import type { Tails } from './terminal/tails.ts'

/** Where the lines of a REPL run: at a terminal, or in a script. What only a terminal has is left out in a script. */
export interface Stage {
  /** Runs a line to its end. `programs`: other programs run with it, and use the terminal themselves. */
  inFront(line: { readonly programs: boolean }, work: (around: Surrounding) => Promise<number>): Promise<number>
  /** What commands of the shell have as stdin. */
  readonly shellStdin: 'inherit' | 'ignore'
  /** Who looks at records while they are printed. */
  readonly watchRecords?: Surroundings['watchRecords']
  readonly tails?: Tails
  readonly history?: History
  readonly printed?: PrintedRecords
}
