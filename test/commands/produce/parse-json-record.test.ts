import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonRenderer } from '../../../commands/consume/render-json.ts'
import { InputRecord } from '../../../commands/format/read/input-record.ts'
import { jsonRecordParser } from '../../../commands/produce/parse-json-record.ts'
import { anyText } from '../support/any-text.ts'
import { rendered } from '../support/rendered.ts'

const keep = { topic: false, partition: false, timestamp: false }

/** The record that a line stands for, in the middle of other bytes. */
function recordOf(line: Buffer, kept = keep) {
  const source = Buffer.concat([Buffer.from('"\\'), line, Buffer.from('"}')])
  const record = new InputRecord()
  jsonRecordParser(kept)(source, 2, 2 + line.length, record)
  const slice = (bytes: Buffer, start: number, end: number) =>
    start < 0 ? null : Buffer.from(bytes.subarray(start, end))
  return {
    topic: record.topic,
    partition: record.partition,
    timestamp: record.timestamp,
    key: slice(record.keySource, record.keyStart, record.keyEnd),
    value: slice(record.valueSource, record.valueStart, record.valueEnd),
    headers: record.headers,
  }
}

const read = (line: string, kept = keep) => recordOf(Buffer.from(line), kept)

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
      const expected = { topic: 'orders', partition: 2, timestamp, key, value, headers }
      const kept = { topic: true, partition: true, timestamp: true }
      expect(recordOf(line.subarray(0, -1), kept)).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

describe('a line of JSON', () => {
  test('needs a value alone', () => {
    expect(read('{"value":"x"}')).toMatchObject({ topic: undefined, key: null, value: Buffer.from('x'), headers: [] })
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
    const kept = { topic: true, partition: true, timestamp: true }
    expect(read(line, kept)).toMatchObject({ topic: 'a', partition: 3, timestamp: 5 })
  })

  test.each([
    ['{"vlaue":"x"}', /unknown field "vlaue"; did you mean "value"\?/],
    ['{"key":"x"}', /"value" is missing/],
    ['{"value":1}', /"value" must be a string or null, not 1/],
    ['{"value":{"a":1}}', /"value" must be a string or null/],
    ['{"value":"x","value_encoding":"hex"}', /can only be "base64"/],
    ['{"value":"@@","value_encoding":"base64"}', /not base64/],
    ['{"value":"x","headers":[{"key":1}]}', /key of a header/],
    ['{"value":"x","headers":[{"key":"a","valeu":"b"}]}', /a header has no field "valeu"; did you mean "value"/],
    ['{"value":"x","headers":"a"}', /"headers" must be/],
    ['[1]', /not a JSON object/],
    ['"x"', /not a JSON object/],
    ['{"value":"x"', /./],
    ['', /./],
    ['{"value":"x","__proto__":1}', /unknown field "__proto__"/],
    ['{"value":"x","value":"y"}', /"value" stands twice/],
    ['{"value":"\\ud800"}', /half of a surrogate pair/],
    ['{"value":"x","headers":{"\\udfff":"y"}}', /half of a surrogate pair/],
    ['{"value":"x\\y"}', /unknown escape at byte 12/],
    ['{"value":"x"}}', /something follows at byte 14/],
    ['{"value":"x","partition":1.5}', /"partition" must be a whole number, not 1.5/],
    ['{"value":"x","topic":7}', /"topic" must be a string/],
  ])('%s is refused', (line, message) => {
    expect(() => read(line, { topic: true, partition: true, timestamp: true })).toThrow(message)
  })

  test('that is not UTF-8 is refused', () => {
    const line = Buffer.from('{"key":"x","value":"?"}')
    for (const at of [8, 20]) {
      const broken = Buffer.from(line)
      broken[at] = 0xff
      expect(() => recordOf(broken)).toThrow(/not UTF-8/)
    }
  })

  test('whatever it is, makes a message or a clear refusal', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        try {
          expect(read(line)).toHaveProperty('value')
          expect(JSON.parse(line)).toHaveProperty('value')
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
        }
      }),
    )
  })
})
