import { clear } from './clear.ts'
import { connect } from './connect.ts'
import { edit } from './edit.ts'
import { exit } from './exit.ts'
import { help } from './help.ts'
import { history } from './history.ts'
import { jobs, stop } from './jobs.ts'
import type { ReplWord } from './repl-word.ts'
import { set } from './set.ts'
import { show } from './show.ts'
import { source } from './source.ts'
import { use } from './use.ts'
import { watch } from './watch.ts'

/** Every word of the REPL, in the order of the help. */
export const replWords: readonly ReplWord[] = [
  use,
  connect,
  watch,
  jobs,
  stop,
  show,
  set,
  source,
  edit,
  history,
  clear,
  help,
  exit,
]
