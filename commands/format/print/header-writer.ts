import type { Header } from '../../../src/index.ts'
import type { OutputBuffer } from '../../output/output-buffer.ts'
import { numberForm } from '../number-form.ts'
import type { FormatPart } from '../parse-format.ts'
import { unknownVerb } from '../unknown-verb.ts'
import { numberWriter } from './number-writer.ts'
import { type TextForm, textForm } from './text-writer.ts'

/** Writes one header of a record. */
type HeaderWriter = (key: Buffer, value: Buffer | null, out: OutputBuffer) => void

/** The inside of `%h{…}`, written once for each header: `%k` `%v` and their lengths `%K` `%V`. @throws RafkaError `INVALID_ARGUMENT` */
export function compileHeaders(
  flag: string,
  inner: readonly FormatPart[],
  nullText: Buffer,
  safe: boolean,
): (headers: readonly Header[], out: OutputBuffer) => void {
  const writers = inner.map((part) => headerWriter(flag, part, nullText, safe))
  return (headers, out) => {
    for (const { key, value } of headers) {
      const keyBytes = Buffer.from(key)
      for (const write of writers) write(keyBytes, value, out)
    }
  }
}

function headerWriter(flag: string, part: FormatPart, nullText: Buffer, safe: boolean): HeaderWriter {
  if (part.kind === 'literal') {
    const { bytes } = part
    return (_key, _value, out) => out.slice(bytes, 0, bytes.length)
  }
  const { verb, modifier } = part
  if (verb === 'k') return ofKey(textForm(flag, part, safe))
  if (verb === 'v') return ofValue(textForm(flag, part, safe), nullText)
  if (verb !== 'K' && verb !== 'V') throw unknownVerb(flag, part, '%k %v %K %V within %h{…}')
  const write = numberWriter(numberForm(flag, verb, modifier), verb, true, safe)
  return verb === 'K'
    ? (key, _, out) => write(key.length, out)
    : (_, value, out) => write(value === null ? -1 : value.length, out)
}

function ofKey({ write }: TextForm): HeaderWriter {
  return (key, _, out) => write(key, 0, key.length, out)
}

function ofValue({ write, whenNull }: TextForm, nullText: Buffer): HeaderWriter {
  const instead = whenNull === undefined ? nullText : Buffer.from(whenNull)
  return (_, value, out) => {
    if (value === null) out.slice(instead, 0, instead.length)
    else write(value, 0, value.length, out)
  }
}
