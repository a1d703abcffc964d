import { protocolErrors } from '@platformatic/kafka'
import { expect, test } from 'vitest'
import { type ErrorName, kafkaErrorNames } from '../../src/core/errors.ts'
import { errorCode, errorName, isRetriable } from '../../src/protocol/error-codes.ts'

test('every name of Kafka has a number of its own, and comes back from it', () => {
  expect(new Set(kafkaErrorNames.map(errorCode)).size).toBe(kafkaErrorNames.length)
  for (const name of kafkaErrorNames) expect(errorName(errorCode(name))).toBe(name)
})

test('0 is no error, and an unknown number is UNKNOWN_SERVER_ERROR', () => {
  expect(errorName(0)).toBe('NONE')
  expect(errorName(9999)).toBe('UNKNOWN_SERVER_ERROR')
})

test("Rafka's own names go out as UNKNOWN_SERVER_ERROR and are not retried", () => {
  expect(errorCode('HOOK_FAILED')).toBe(-1)
  expect(isRetriable('BROKER_UNREACHABLE')).toBe(false)
})

/** Names that the independent client does not know, as `org.apache.kafka.common.protocol.Errors` has them. */
const younger = new Map<ErrorName, number>([['INVALID_REGULAR_EXPRESSION', 128]])

test('numbers, and what is retriable, are those of an independent client', () => {
  const theirs = new Map(Object.values(protocolErrors).map((error) => [error.id as string, error]))
  for (const name of kafkaErrorNames) {
    if (younger.has(name)) continue
    const known = theirs.get(name)
    expect({ name, code: known?.code, canRetry: known?.canRetry }).toEqual({
      name,
      code: errorCode(name),
      canRetry: isRetriable(name),
    })
  }
})

test('so are those that it does not know', () => {
  for (const [name, code] of younger)
    expect([errorName(code), errorCode(name), isRetriable(name)]).toEqual([name, code, false])
})
