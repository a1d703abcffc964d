import { numberForm } from '../number-form.ts'
import type { Verb } from '../parse-format.ts'
import { wrongFormat } from '../wrong-format.ts'
import { type NumberWriter, numberWriter } from './number-writer.ts'

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

/** What can be read of a batch's attributes. */
const attributes: ReadonlyMap<string, (bits: number) => number> = new Map([
  ['compression', (bits) => bits & 0x07],
  ['timestamp-type', (bits) => (bits >> 3) & 1],
  ['transactional-bit', (bits) => (bits >> 4) & 1],
  ['control-bit', (bits) => (bits >> 5) & 1],
])

/** `%a{compression}` by name, the others as 0 or 1; after a `;` the form of the number. @throws RafkaError `INVALID_ARGUMENT` */
export function attributeWriter(flag: string, { modifier = '' }: Verb, safe: boolean): NumberWriter {
  const [name = '', form] = modifier.split(';')
  const read = attributes.get(name)
  if (read === undefined) {
    throw wrongFormat(flag, `%a takes no {${modifier}}`, `known are ${[...attributes.keys()].join(', ')}`)
  }
  if (name === 'compression' && form === undefined)
    return (bits, out) => out.text(codecs[read(bits)] ?? String(read(bits)))
  const write = numberWriter(numberForm(flag, 'a', form), `a{${name}}`, false, safe)
  return (bits, out) => write(read(bits), out)
}
