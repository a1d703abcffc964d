import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePrinter } from '../../../../commands/format/print/compile-printer.ts'
import { isRafkaError } from '../../../../src/index.ts'
import type { FakeRecord } from '../../support/fake-cursor.ts'
import { rendered } from '../../support/rendered.ts'

const record: FakeRecord = {
  key: Buffer.from('k1'),
  value: Buffer.from('{"a":1}'),
  headers: [
    { key: 'h', value: Buffer.from('1') },
    { key: 'n', value: null },
  ],
  offset: 42,
  timestamp: 1_767_225_601_123,
}

const print = async (format: string, of: FakeRecord = record, safe = false) =>
  await rendered(compilePrinter(format, { flag: '--format', safe }), of)
const shown = async (format: string, of?: FakeRecord) => (await print(format, of)).toString('latin1')

describe('a format', () => {
  test.each([
    ['%t/%p @%o %d\\n', 'orders/2 @42 1767225601123\n'],
    ['%k\\t%v\\n', 'k1\t{"a":1}\n'],
    ['%T %K %V %H', '6 2 7 2'],
    ['%h', 'h=1,n='],
    ['%h{%k=%v;}', 'h=1;n=;'],
    ['%h{%K:%V{hex8}%k%%%}%v{q} }', '1:01h%}"1" 1:ffn%}null '],
    ['%e %x %y', '3 7 1'],
    ['%[ %| %]', '1 50 60'],
    ['%[{hex}%]{big8}', '1<'],
    ['%i%i', '11'],
    ['100%% %{%}{}', '100% {}{}'],
    ['%k{hex}|%v{base64}|%k{base64raw}|%t{hex}', '6b31|eyJhIjoxfQ==|azE|6f7264657273'],
    ['%v{json}', '{\n  "a": 1\n}'],
    ['%k{json}', '"k1"'],
    ['%v{q}%k{q}', '"{\\"a\\":1}""k1"'],
    ['\\x41\\\\\\r\\0', 'A\\\r\0'],
    ['', ''],
    ['%p{ascii} %p{hex} %p{hex4} %p{hex8} %p{hex16} %p{hex32} %p{hex64}', '2 2 2 02 0002 00000002 0000000000000002'],
    ['%p{bool} %o{byte} %o{big16} %o{little16}', 'true * \0* *\0'],
    ['%o{big32}%o{little32}%o{big64}%o{little64}%o{big8}%o{little8}', '\0\0\0**\0\0\0\0\0\0\0\0\0\0**\0\0\0\0\0\0\0**'],
    ['%d{iso}', '2026-01-01T00:00:01.123Z'],
    ['%d{strftime[%F %T]}', '2026-01-01 00:00:01'],
    ['%d{strftime#%Y|%j|%I %p|%b %e|%a|%s|%f|%L|%%#}', '2026|001|12 AM|Jan  1|Thu|1767225601|123000|123|%'],
    ['%d{hex}', '19b76daac63'],
    [
      '%a{compression} %a{compression;num} %a{timestamp-type} %a{transactional-bit;bool} %a{control-bit}',
      'none 0 0 false 0',
    ],
  ])('%s', async (format, expected) => {
    expect(await shown(format)).toBe(expected)
  })

  test('keeps what is not ASCII', async () => {
    expect((await print('ä%kö')).toString()).toBe('äk1ö')
  })

  test('shows local time with the offset of its zone', async () => {
    const local = await shown('%d{local}')
    expect(local).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:01\.123[+-]\d\d:\d\d$/)
    expect(new Date(local).getTime()).toBe(record.timestamp)
  })

  test('shows what is no date as a number', async () => {
    expect(await shown('%d{iso} %d{local} %d{strftime[%F]}', { timestamp: -1 })).toBe('-1 -1 -1')
    expect(await shown('%d{iso}', { timestamp: 9e15 })).toBe('9000000000000000')
  })

  test('prints null as nothing, or as what it is told', async () => {
    expect(await shown('[%k][%v][%v{hex}][%v{unpack[b]}]', {})).toBe('[][][][]')
    expect(await shown('%K %V %k{q} %v{json}', {})).toBe('-1 -1 null null')
    const nullText = Buffer.from('NULL')
    const render = compilePrinter('%k %v %h{%v}|%h', { flag: '-f', safe: false, nullText })
    const headers = [{ key: 'a', value: null }]
    expect((await rendered(render, { headers })).toString()).toBe('NULL NULL NULL|a=NULL')
  })

  test('tells a null from what is empty by its size in bytes', async () => {
    expect(await shown('%V{big32}%V{little16}%V{hex16}', {})).toBe('\xff\xff\xff\xff\xff\xffffff')
    expect(await shown('%V{big32}', { value: Buffer.alloc(0) })).toBe('\0\0\0\0')
  })

  test.each([
    ['%V{byte}', { value: Buffer.alloc(255) }],
    ['%V{hex4}', { value: Buffer.alloc(15) }],
    ['%o{big16}', { offset: 65_536 }],
    ['%o{hex8}', { offset: 256 }],
  ])('%s refuses a number that does not fit', async (format, of) => {
    await expect(print(format, of)).rejects.toThrow(/does not fit in \d+ bits/)
  })

  test('shows numbers of any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.maxSafeNat(), async (offset) => {
        expect(await shown('%o %o{hex}', { offset })).toBe(`${offset} ${offset.toString(16)}`)
        expect((await print('%o{big64}', { offset })).readBigUInt64BE()).toBe(BigInt(offset))
        expect((await print('%o{little64}', { offset })).readBigUInt64LE()).toBe(BigInt(offset))
      }),
    )
  })

  test('quotes any text so that JSON reads it back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 30 }), async (text) => {
        const bytes = Buffer.from(text)
        const quoted = (await print('%v{q}', { value: bytes })).toString()
        expect(JSON.parse(quoted)).toBe(bytes.toString())
        expect(quoted).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/)
      }),
    )
    expect(await shown('%v{q}', { value: Buffer.from([0x41, 0xff]) })).toBe('"A\xc3\xbf"')
  })

  test('quotes what is longer than a stretch, plain and not', async () => {
    for (const value of ['x"'.repeat(10_000), `${'x'.repeat(9000)}é`]) {
      expect(JSON.parse((await print('%v{q}', { value: Buffer.from(value) })).toString())).toBe(value)
    }
  })

  test('gives the bytes of a value as they are to a pipe', async () => {
    const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array))
    await fc.assert(
      fc.asyncProperty(bytes, async (value) => {
        expect(await print('%v', { value })).toEqual(value)
        expect((await print('%v{hex}', { value })).toString()).toBe(value.toString('hex'))
      }),
    )
  })

  test('cannot make a record act on a terminal', async () => {
    const evil = Buffer.from('\u001b]52;c;eA==\u0007\u202e')
    const format = '%k %v %h %v{json} %v{q} %v{unpack[cs]} %h{%k%v} %o{big32} %V{byte}\\n'
    const of = { key: evil, value: evil, headers: [{ key: '\u001b[2J', value: evil }], offset: 27 }
    const output = await print(format, of, true)
    expect(output.toString()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  })

  test.each([
    ['%s\\n', /unknown verb %s/, /kcat's %s is %v/],
    ['%R', /unknown verb %R/, /%V\{big32\}/],
    ['%é', /unknown verb %é/, /known are %t/],
    ['%', /a % stands at the end/, /%%/],
    ['%v{xml}', /unknown modifier in %v\{xml\}/, /hex/],
    ['%v{hex', /\{hex has no \}/, /%\{/],
    ['%v{unpack[i}', /\{unpack\[ has no end/, /re\[\[/],
    ['%v{unpack[Z]}', /"Z" is no field/, /known are/],
    ['%v{unpack[s$]}', /nothing can follow/, /end/],
    ['%p{xml}', /%p takes no \{xml\}/, /hex4/],
    ['%h{%k', /no \} that ends it/, /%\}/],
    ['%h{%p}', /unknown verb %p/, /within %h/],
    ['%d{go[2006]}', /Go's way to write dates/, /strftime/],
    ['%d{strftime[%Q]}', /does not know %Q/, /%Y/],
    ['%a{x}', /%a takes no \{x\}/, /compression/],
    ['%a', /%a takes no/, /compression/],
    ['\\q', /unknown escape/, /\\n/],
  ])('%s is refused with a hint', (format, message, hint) => {
    try {
      compilePrinter(format, { flag: '--format', safe: false })
      expect.unreachable()
    } catch (error) {
      expect(isRafkaError(error, 'INVALID_ARGUMENT') && error.message).toMatch(message)
      expect(isRafkaError(error) && error.details.hint).toMatch(hint)
    }
  })

  test('that is anything at all is compiled or refused clearly', () => {
    const pieces = fc.constantFrom(
      '%',
      '{',
      '}',
      '[',
      ']',
      '#',
      'v',
      'h',
      'k',
      'd',
      'hex',
      're',
      'unpack',
      '\\',
      'n',
      'ä',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        try {
          expect(compilePrinter(parts.join(''), { flag: '-f', safe: true })).toBeTypeOf('function')
        } catch (error) {
          expect(isRafkaError(error, 'INVALID_ARGUMENT')).toBe(true)
        }
      }),
    )
  })
})

describe('unpack', () => {
  const value = Buffer.from([0xff, 0xff, 0x01, 0x02, 0x41, 0x42, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05])
  test.each([
    ['b', '-1'],
    ['B', '255'],
    ['hxH', '-1 258'],
    ['h<H', '-1513'],
    ['HHcc', '65535258AB'],
    ['HH.xc', '65535258A B'],
    ['HHHq', '65535258167065'],
    ['xI', ' 4294902018'],
    ['>i', '-65278'],
    ['HH$', '65535258<10 bytes left>'],
    ['HHs', '65535258AB\0\0\0\0\0\0\0\x05'],
    ['QQ', '18446463707929247744<2 bytes missing>'],
  ])('%s', async (pattern, expected) => {
    expect(await shown(`%v{unpack[${pattern}]}`, { value })).toBe(expected)
  })
})
