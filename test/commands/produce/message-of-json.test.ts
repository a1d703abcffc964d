import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonRenderer } from '../../../commands/consume/render-json.ts'
import { messageOfJson } from '../../../commands/produce/message-of-json.ts'
import { anyText } from '../support/any-text.ts'
import { rendered } from '../support/rendered.ts'

const keep = { partition: false, timestamp: false }
const read = (line: string, kept = keep) => messageOfJson(Buffer.from(line), 'copy', kept)

test('what consume prints as JSON is the same record again: binary, null, empty, headers that repeat', async () => {
  const bytes = fc.option(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
      anyText.map((text) => Buffer.from(text)),
    ),
  )
  const header = fc.record({ key: fc.string().map((key) => Buffer.from(key).toString()), value: bytes })
  const record = fc.record({
    key: bytes,
    value: bytes,
    headers: fc.array(header, { maxLength: 4 }),
    offset: fc.nat(),
    timestamp: fc.integer({ min: -1 }),
  })
  await fc.assert(
    fc.asyncProperty(record, async (original) => {
      const line = await rendered(jsonRenderer(), original)
      expect(line.subarray(0, -1).includes(0x0a)).toBe(false)
      const { timestamp, key, value, headers } = original
      const expected = { topic: 'copy', partition: 2, timestamp, key, value, headers }
      expect(messageOfJson(line.subarray(0, -1), 'copy', { partition: true, timestamp: true })).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

describe('a line of JSON', () => {
  test('needs a value alone', () => {
    expect(read('{"value":"x"}')).toMatchObject({ topic: 'copy', key: null, value: Buffer.from('x'), headers: [] })
  })

  test('may have headers as an object', () => {
    expect(read('{"value":null,"headers":{"a":"1","b":null}}').headers).toEqual([
      { key: 'a', value: Buffer.from('1') },
      { key: 'b', value: null },
    ])
  })

  test('keeps neither partition nor timestamp unless asked to', () => {
    const line = '{"value":"x","partition":3,"timestamp":5,"offset":9,"timestamp_type":"create","topic":"a"}'
    expect(read(line)).toMatchObject({ partition: undefined, timestamp: undefined })
    expect(read(line, { partition: true, timestamp: true })).toMatchObject({ partition: 3, timestamp: 5 })
  })

  test.each([
    ['{"vlaue":"x"}', /unknown field "vlaue"; did you mean "value"\?/],
    ['{"key":"x"}', /"value" is missing/],
    ['{"value":1}', /"value" must be a string or null, not 1/],
    ['{"value":{"a":1}}', /"value" must be a string or null/],
    ['{"value":"x","value_encoding":"hex"}', /can only be "base64"/],
    ['{"value":"@@","value_encoding":"base64"}', /not base64/],
    ['{"value":"x","headers":[{"key":1}]}', /key of a header/],
    ['{"value":"x","headers":[{"key":"a","valeu":"b"}]}', /unknown field "valeu"/],
    ['{"value":"x","headers":"a"}', /"headers" must be/],
    ['[1]', /not a JSON object/],
    ['"x"', /not a JSON object/],
    ['{"value":"x"', /./],
    ['', /./],
    ['{"value":"x","__proto__":1}', /unknown field "__proto__"/],
  ])('%s is refused', (line, message) => {
    expect(() => read(line)).toThrow(message)
  })

  test('that is not UTF-8 is refused', () => {
    expect(() => messageOfJson(Buffer.from([0x7b, 0xff]), 'copy', keep)).toThrow(/not UTF-8/)
  })

  test('whatever it is, makes a message or a clear refusal', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        try {
          expect(read(line)).toHaveProperty('value')
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
        }
      }),
    )
  })
})
