import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { arbitraryOf } from '../support/arbitrary-messages.ts'
import { allWireForms } from '../support/wire-frames.ts'

describe.each(allWireForms())('$name', ({ definition, version, encode, decode }) => {
  test('what was encoded is decoded to the same', () => {
    fc.assert(
      fc.property(arbitraryOf(definition, version), (message) => {
        assert.deepStrictEqual(decode(encode(message)), message)
      }),
      { numRuns: 40 },
    )
  })
})
