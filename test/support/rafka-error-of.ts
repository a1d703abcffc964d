import { expect } from 'vitest'
import { RafkaError } from '../../src/core/errors.ts'

/** The error that a call ends with, which must be a `RafkaError`. */
export async function rafkaErrorOf(call: () => unknown): Promise<RafkaError> {
  try {
    await call()
  } catch (error) {
    expect(error).toBeInstanceOf(RafkaError)
    return error as RafkaError
  }
  throw new Error('nothing was thrown')
}

/** The code of the error that a call ends with. */
export async function errorCodeOf(call: () => unknown): Promise<RafkaError['code']> {
  return (await rafkaErrorOf(call)).code
}
