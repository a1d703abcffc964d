import { RafkaError } from '../../src/index.ts'
import { unescapeBytes } from '../unescape.ts'

/** The bytes of a flag's value, in which `\n` and such stand for bytes. @throws RafkaError `INVALID_ARGUMENT` */
export function unescapeOption(flag: string, text: string): Buffer {
  const bytes = unescapeBytes(text)
  if (bytes !== undefined) return bytes
  throw new RafkaError('INVALID_ARGUMENT', `${flag}: unknown escape in ${JSON.stringify(text)}`, {
    details: { hint: 'known are \\n \\t \\r \\0 \\\\ \\xNN' },
  })
}
