import { setFlagsFromString } from 'node:v8'
import { createContext, Script } from 'node:vm'
import { RafkaError } from '../../../src/index.ts'

/** Whether a pattern is found in bytes, from `start` to before `end`, that are text. */
export type TextMatcher = (bytes: Buffer, start: number, end: number) => boolean

/** Longest look at one text, in ms. */
const MAX_LOOK_MS = 1000
/** Steps back after which the engine that takes time in proportion to the text goes on. */
const MAX_BACKTRACKS = 20_000

/**
 * Compiles a regular expression of JavaScript that cannot hold up everything, whatever it is and whatever it is given: one without special
 * characters is looked for as bytes; V8's engine that never goes back takes over when the usual one goes back too often; what that engine cannot do
 * (look around, refer back, count to large numbers) runs under a watch, fifty times slower.
 * @throws RafkaError `INVALID_ARGUMENT` when it is no expression; later, when one text takes longer than a second
 */
export function compileMatcher(flag: string, source: string): TextMatcher {
  if (!/[\\^$.*+?()[\]{}|]/.test(source)) return literalMatcher(Buffer.from(source))
  const linear = enableLinearEngine()
  const expression = regularExpression(flag, source)
  if (linear && isLinear(source)) return (bytes, start, end) => expression.test(bytes.toString('utf8', start, end))
  return watchedMatcher(flag, expression)
}

function literalMatcher(text: Buffer): TextMatcher {
  return (bytes, start, end) => bytes.subarray(start, end).includes(text)
}

function regularExpression(flag: string, source: string): RegExp {
  try {
    return new RegExp(source)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RafkaError('INVALID_ARGUMENT', `${flag}: ${reason}`, {
      details: { hint: 'a regular expression of JavaScript' },
    })
  }
}

let enabled: boolean | undefined

/** @returns whether this V8 has that engine */
function enableLinearEngine(): boolean {
  if (enabled !== undefined) return enabled
  setFlagsFromString('--enable-experimental-regexp-engine')
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
  setFlagsFromString(`--regexp-backtracks-before-fallback=${MAX_BACKTRACKS}`)
  enabled = isLinear('a')
  return enabled
}

/** The flag `l` is refused for what that engine cannot do. */
function isLinear(source: string): boolean {
  try {
    return new RegExp(source, 'l') instanceof RegExp
  } catch {
    return false
  }
}

function watchedMatcher(flag: string, expression: RegExp): TextMatcher {
  const look = new Script('expression.test(text)')
  const room: { expression: RegExp; text: string } = { expression, text: '' }
  createContext(room)
  return (bytes, start, end) => {
    room.text = bytes.toString('utf8', start, end)
    try {
      return look.runInContext(room, { timeout: MAX_LOOK_MS }) as boolean
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      const message = `${flag}: ${expression.source} takes longer than ${MAX_LOOK_MS / 1000} s for a text of ${end - start} bytes`
      throw new RafkaError('INVALID_ARGUMENT', message, { details: { hint: 'write it without (…+)+ and the like' } })
    }
  }
}
