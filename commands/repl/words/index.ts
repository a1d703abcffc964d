import { connect } from './connect.ts'
import { exit } from './exit.ts'
import { help } from './help.ts'
import type { ReplWord } from './repl-word.ts'
import { set } from './set.ts'
import { source } from './source.ts'
import { use } from './use.ts'
import { watch } from './watch.ts'

/** Every word of the REPL, in the order of the help. */
export const replWords: readonly ReplWord[] = [use, connect, watch, set, source, help, exit]
