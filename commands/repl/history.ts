import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'

const MAX_ENTRIES = 5000
/** A longer entry is remembered until the end of the program only. */
const MAX_STORED = 64 * 1024
/** The file is written anew once it has so many more lines than are kept. */
const SLACK = 1000

/** Lines that may hold a secret: they are remembered nowhere. */
const secret = /password|passphrase|passwd|secret|sasl|credential/i

/** Where entries are kept by `RAFKA_HISTORY`, which may name a file or, empty, none; else in the user's folder for such state. */
export function historyFile(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (env.RAFKA_HISTORY !== undefined) return env.RAFKA_HISTORY === '' ? undefined : env.RAFKA_HISTORY
  const xdg = env.XDG_STATE_HOME
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(env.HOME ?? homedir(), '.local', 'state')
  return join(base, 'rafka', 'history')
}

/**
 * What was typed before, each entry once, newest last, at most 5,000. Kept in a file that this user alone can read; several programs may add
 * to it. An entry that begins with a space, or that may hold a secret, is not remembered. Where the file cannot be used, it is done without.
 */
export class History {
  readonly #file: string | undefined
  #entries: string[] = []

  constructor(file: string | undefined) {
    this.#file = file
    if (file !== undefined) this.#load(file)
  }

  get entries(): readonly string[] {
    return this.#entries
  }

  add(entry: string): void {
    const text = entry.trimEnd()
    if (text === '' || /^\s/.test(text) || secret.test(text)) return
    const isRepeated = this.#entries.at(-1) === text
    this.#entries = [...this.#entries.filter((other) => other !== text), text].slice(-MAX_ENTRIES)
    if (this.#file === undefined || isRepeated || text.length > MAX_STORED) return
    try {
      appendFileSync(this.#file, `${encode(text)}\n`, { mode: 0o600 })
    } catch {
      // Typing goes on without.
    }
  }

  #load(file: string): void {
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
      // Whoever made it for all to read did not mean this.
      chmodSync(file, 0o600)
      const unique = [...new Set(lines.reverse())].reverse().slice(-MAX_ENTRIES)
      this.#entries = unique.map(decode)
      if (lines.length > unique.length + SLACK) rewrite(file, unique)
    } catch {
      // There is none yet, or none that can be used.
    }
  }
}

function rewrite(file: string, lines: readonly string[]): void {
  const beside = `${file}.${process.pid}`
  writeFileSync(beside, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
  renameSync(beside, file)
}

/** An entry as one line of the file. */
function encode(entry: string): string {
  return entry.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function decode(line: string): string {
  return line.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}
