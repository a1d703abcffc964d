import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { durationUnitNames, parseDuration, parseSize, sizeUnitNames } from './parse-quantity.ts'

/** What is wrong with a value, and where inside it (for lists and mappings). Caught by the loader, which adds key, file and line. */
export class ValueProblem extends Error {
  readonly path: ReadonlyArray<string | number>

  constructor(message: string, path: ReadonlyArray<string | number> = []) {
    super(message)
    this.path = path
  }
}

/** How the values of a key are read, whether they come from YAML, the environment or a flag. */
export interface ValueKind<T> {
  /** Ends the sentence "expected …". */
  readonly expects: string
  /** `base` is the directory that relative paths start from. Undefined when the value is not of this kind. @throws ValueProblem */
  read(value: unknown, base: string): T | undefined
}

/** Any text but none. */
export const text: ValueKind<string> = {
  expects: 'text',
  read: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
}

/** A file or directory; relative ones start at the file that names them, `~/` at the home directory. */
export const path: ValueKind<string> = {
  expects: 'a path',
  read(value, base) {
    if (typeof value !== 'string' || value === '' || value.includes('\0')) return undefined
    return value.startsWith('~/') ? join(homedir(), value.slice(2)) : resolve(base, value)
  },
}

/** `true` or `false`. */
export const flag: ValueKind<boolean> = {
  expects: 'true or false',
  read(value) {
    const word = String(value).toLowerCase()
    return word === 'true' ? true : word === 'false' ? false : undefined
  },
}

/** One of the words. */
export function choice<const Word extends string>(...words: readonly Word[]): ValueKind<Word> {
  return { expects: `one of ${words.join(', ')}`, read: (value) => words.find((word) => word === String(value)) }
}

/** One of the words, in small or capital letters. */
export function anyCase<const Word extends string>(...words: readonly Word[]): ValueKind<Word> {
  const { expects, read } = choice(...words)
  return { expects, read: (value, base) => read(String(value).toLowerCase(), base) }
}

/** A whole number in `[min, max]`. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): ValueKind<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`
  return {
    expects: `a whole number ${range}`,
    read(value) {
      const digits = String(value).trim()
      return /^[+-]?\d+$/.test(digits) ? within(Number(digits), min, max) : undefined
    },
  }
}

/** A number in `[min, max]`. */
export function decimal(min: number, max: number): ValueKind<number> {
  return {
    expects: `a number from ${min} to ${max}`,
    read(value) {
      const digits = String(value).trim()
      return digits === '' ? undefined : within(Number(digits), min, max)
    },
  }
}

/** A duration, read as ms. `min` is -1 where that means "no bound". */
export function duration(min = 0, max = Number.MAX_SAFE_INTEGER): ValueKind<number> {
  const unbounded = min < 0 ? ', or -1 for no bound' : ''
  return {
    expects: `a duration such as 500ms or 7d (${durationUnitNames}${unbounded})`,
    read: (value) => within(isScalar(value) ? parseDuration(String(value)) : undefined, min, max),
  }
}

/** A size, read as bytes. `min` is -1 where that means "no bound". */
export function size(min = 0, max = Number.MAX_SAFE_INTEGER): ValueKind<number> {
  const unbounded = min < 0 ? ', or -1 for no bound' : ''
  return {
    expects: `a size such as 65536 or 64k (${sizeUnitNames}${unbounded})`,
    read: (value) => within(isScalar(value) ? parseSize(String(value)) : undefined, min, max),
  }
}

/** A list of words out of the known ones, read as Kafka's comma-separated text. */
export function wordList(...words: readonly string[]): ValueKind<string> {
  return {
    expects: `a list of ${words.join(', ')}`,
    read(value) {
      const items = Array.isArray(value) ? value.map(String) : splitCommas(String(value))
      return items.every((item) => words.includes(item)) ? items.join(',') : undefined
    },
  }
}

/** The items of a comma-separated text. */
export function splitCommas(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
