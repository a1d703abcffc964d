import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Terminal } from './terminal.ts'

/** Quits at once where all fits, keeps colours, searches whatever the case, leaves the text on the screen. */
const DEFAULT_PAGER = 'less -FIRX'

/** Prints lines; where a terminal has too few rows for them, through `$PAGER`. */
export async function printPaged(terminal: Terminal, lines: readonly string[]): Promise<void> {
  const text = `${lines.join('\n')}\n`
  const pager = terminal.pagerFor(lines.length, DEFAULT_PAGER)
  if (pager === undefined || !(await terminal.lend(() => shownBy(pager, text)))) terminal.stdout.write(text)
}

/** A `less` that nobody has set up, as `PAGER=less` alone, would show colours as codes and not go where all fits. */
const LESS = 'FIRX'

/** @returns false when there is no such pager: then nothing was shown */
async function shownBy(pager: string, text: string): Promise<boolean> {
  const child = spawn(pager, {
    shell: true,
    stdio: ['pipe', 'inherit', 'ignore'],
    env: { LESS, ...process.env },
  })
  // A pager that is left before its end closes the pipe.
  child.stdin.on('error', () => {})
  child.stdin.end(text)
  const closed = once(child, 'close').catch(() => [127])
  // Ctrl-C belongs to the pager while it shows something.
  const ignore = () => {}
  process.on('SIGINT', ignore)
  try {
    const [code] = await closed
    return code !== 127 && code !== 126
  } finally {
    process.off('SIGINT', ignore)
  }
}
