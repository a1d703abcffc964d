import { RafkaError } from '../../../src/index.ts'
import { escapeBytes } from '../../output/escape-text.ts'
import type { OutputBuffer } from '../../output/output-buffer.ts'
import type { NumberForm } from '../number-form.ts'

/** Writes a whole number. */
export type NumberWriter = (value: number, out: OutputBuffer) => void

const scratch = Buffer.alloc(8)

/**
 * The writer of a form. An integer of bytes takes numbers from the lowest signed to the highest unsigned one; `isSize`: the highest is
 * left to null, which is -1.
 * @param safe the bytes of integers are shown rather than given to a terminal
 * @param what stands in the message when a number does not fit, which is thrown as RafkaError `INVALID_ARGUMENT`
 */
export function numberWriter(form: NumberForm, what: string, isSize: boolean, safe: boolean): NumberWriter {
  if (form.kind === 'decimal') return (value, out) => out.digits(value)
  if (form.kind === 'bool') return (value, out) => out.text(value === 0 ? 'false' : 'true')
  if (form.kind === 'integer') return integerWriter(form.bytes, form.littleEndian, what, isSize, safe)
  const { digits } = form
  if (digits === undefined) return (value, out) => out.text(twosComplement(value, 64).toString(16))
  const check = rangeCheck(digits * 4, `%${what}`, isSize)
  return (value, out) => {
    check(value)
    out.text(
      twosComplement(value, digits * 4)
        .toString(16)
        .padStart(digits, '0'),
    )
  }
}

function integerWriter(
  bytes: 1 | 2 | 4 | 8,
  littleEndian: boolean,
  what: string,
  isSize: boolean,
  safe: boolean,
): NumberWriter {
  const check = rangeCheck(bytes * 8, `%${what}`, isSize)
  return (value, out) => {
    check(value)
    let rest = value
    for (let index = 0; index < bytes; index++) {
      const low = ((rest % 256) + 256) % 256
      scratch[littleEndian ? index : bytes - 1 - index] = low
      rest = (rest - low) / 256
    }
    if (safe) out.text(escapeBytes(scratch.subarray(0, bytes)))
    else out.slice(scratch, 0, bytes)
  }
}

function rangeCheck(bits: number, what: string, isSize: boolean): (value: number) => void {
  const lowest = -(2 ** (bits - 1))
  const highest = 2 ** bits - (isSize ? 2 : 1)
  return (value) => {
    if (value >= lowest && value <= highest) return
    throw new RafkaError('INVALID_ARGUMENT', `${what}: ${value} does not fit in ${bits} bits`, {
      details: { hint: 'a wider form such as {big64} holds it' },
    })
  }
}

function twosComplement(value: number, bits: number): bigint {
  return BigInt.asUintN(bits, BigInt(value))
}
