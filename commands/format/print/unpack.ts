import { wrongFormat } from '../wrong-format.ts'

/** Takes bytes from `at` on and gives the text for them, and how many it took; -1: there are too few. */
interface Step {
  readonly bytes: number
  show(source: Buffer, at: number): string
}

type Reader = 'Int8' | 'UInt8' | 'Int16' | 'UInt16' | 'Int32' | 'UInt32' | 'BigInt64' | 'BigUInt64'

const integers: ReadonlyMap<string, readonly [bytes: number, reader: Reader]> = new Map([
  ['b', [1, 'Int8']],
  ['B', [1, 'UInt8']],
  ['h', [2, 'Int16']],
  ['H', [2, 'UInt16']],
  ['i', [4, 'Int32']],
  ['I', [4, 'UInt32']],
  ['q', [8, 'BigInt64']],
  ['Q', [8, 'BigUInt64']],
])

/** Shows bytes as the fields that a pattern describes. What is too short or too long is told in its place, as `<2 bytes missing>`. */
export type Unpacker = (source: Buffer) => string

/**
 * Compiles the pattern of `{unpack[…]}`: `<` little and `>` big endian (which it begins with); `b` `h` `i` `q` signed integers of 1, 2, 4
 * and 8 bytes, in capitals unsigned; `c` or `.` a character, `s` all that is left as text, `$` nothing may be left, `x` a space.
 * @param show how text is shown
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function compileUnpack(flag: string, pattern: string, show: (bytes: Buffer) => string): Unpacker {
  const steps: Step[] = []
  let littleEndian = false
  let ends = false
  for (const [at, character] of [...pattern].entries()) {
    if (ends) throw wrongFormat(flag, `{unpack[${pattern}]}: nothing can follow s or $`, 'both stand at the end')
    if (character === '<' || character === '>') littleEndian = character === '<'
    else if (character === 's' || character === '$') ends = at >= 0
    else steps.push(stepOf(flag, pattern, character, littleEndian, show))
  }
  const last = pattern.endsWith('s') ? 's' : pattern.endsWith('$') ? '$' : ''
  return (source) => {
    let shown = ''
    let at = 0
    for (const step of steps) {
      if (at + step.bytes > source.length) return `${shown}<${countBytes(at + step.bytes - source.length)} missing>`
      shown += step.show(source, at)
      at += step.bytes
    }
    if (last === 's') return shown + show(source.subarray(at))
    return last === '$' && at < source.length ? `${shown}<${countBytes(source.length - at)} left>` : shown
  }
}

function stepOf(
  flag: string,
  pattern: string,
  character: string,
  littleEndian: boolean,
  show: (bytes: Buffer) => string,
): Step {
  if (character === 'x') return { bytes: 0, show: () => ' ' }
  if (character === 'c' || character === '.')
    return { bytes: 1, show: (source, at) => show(source.subarray(at, at + 1)) }
  const integer = integers.get(character)
  if (integer === undefined) {
    throw wrongFormat(
      flag,
      `{unpack[${pattern}]}: ${JSON.stringify(character)} is no field`,
      'known are < > b B h H i I q Q c . s $ x',
    )
  }
  const [bytes, reader] = integer
  const method =
    bytes === 1 ? (`read${reader}` as 'readInt8') : (`read${reader}${littleEndian ? 'LE' : 'BE'}` as 'readInt16BE')
  return { bytes, show: (source, at) => String(source[method](at)) }
}

function countBytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`
}
