import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../config/load-config.ts'
import { cacheFolder } from '../cache-folder.ts'
import type { Io } from '../io.ts'

/** Names as a broker last told them. */
export interface SeenNames {
  readonly topics: readonly string[]
  readonly groups: readonly string[]
  readonly users: readonly string[]
  /** Configs of topics. */
  readonly configs: readonly string[]
}

const MAX_FILE_BYTES = 8 * 1024 * 1024
const MAX_NAMES = 50_000

/** The file in which the names of one place, a cluster or a data directory, are kept for the shell's completion. */
export class NamesFile {
  readonly #folder: string
  readonly #file: string

  constructor(env: Io['env'], config: Config) {
    const place = JSON.stringify(config.get('brokers') ?? [config.dataDir])
    this.#folder = join(cacheFolder(env), 'names')
    this.#file = join(this.#folder, `${createHash('sha256').update(place).digest('hex').slice(0, 24)}.json`)
  }

  /** Undefined where nothing was seen yet, or what is there cannot be read. */
  read(): SeenNames | undefined {
    try {
      if (statSync(this.#file).size > MAX_FILE_BYTES) return undefined
      const { topics, groups, users, configs } = JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, unknown>
      return { topics: namesIn(topics), groups: namesIn(groups), users: namesIn(users), configs: namesIn(configs) }
    } catch {
      return undefined
    }
  }

  /** Ms since it was written; infinite where it was not. */
  ageMs(nowMs: number): number {
    return ageOf(this.#file, nowMs)
  }

  /** Whoever gets true looks the names up; others need not for the next `forMs`. */
  claimLook(nowMs: number, forMs: number): boolean {
    const mark = `${this.#file}.look`
    if (ageOf(mark, nowMs) < forMs) return false
    try {
      this.#makeFolder()
      writeFileSync(mark, '', { mode: 0o600 })
      return true
    } catch {
      return false
    }
  }

  write(seen: SeenNames): void {
    this.#makeFolder()
    const aside = `${this.#file}.${process.pid}`
    const kept = Object.entries(seen).map(([kind, names]) => [kind, names.slice(0, MAX_NAMES)])
    writeFileSync(aside, JSON.stringify(Object.fromEntries(kept)), { mode: 0o600 })
    renameSync(aside, this.#file)
  }

  /** Takes over what a command has just learned. Does nothing where nobody ever completed anything. */
  learn(change: (topics: readonly string[]) => readonly string[]): void {
    const seen = this.read()
    if (seen === undefined) return
    try {
      this.write({ ...seen, topics: [...new Set(change(seen.topics))].sort() })
    } catch {
      // A cache that cannot be written is looked up again.
    }
  }

  #makeFolder(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
  }
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
}

function ageOf(file: string, nowMs: number): number {
  try {
    return nowMs - statSync(file).mtimeMs
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
