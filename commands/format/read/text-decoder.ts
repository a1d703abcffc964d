import { RafkaError } from '../../../src/index.ts'
import { unescapeJson } from '../../json/unescape-json.ts'
import { decodeBase64 } from './decode-base64.ts'

/** What stands for bytes in the input, as the bytes. @throws RafkaError `INVALID_ARGUMENT` */
export type Decoder = (source: Buffer, start: number, end: number, what: string) => Buffer

/** Modifiers that say how text is encoded. */
export const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['hex', decodeHex],
  ['base64', decodeBase64At],
  ['base64raw', decodeBase64At],
])

function decodeHex(source: Buffer, start: number, end: number, what: string): Buffer {
  const text = source.toString('latin1', start, end)
  if (text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text)) return Buffer.from(text, 'hex')
  throw new RafkaError('INVALID_ARGUMENT', `${what}: ${shown(text)} is not hexadecimal`)
}

function decodeBase64At(source: Buffer, start: number, end: number, what: string): Buffer {
  const text = source.toString('latin1', start, end)
  const bytes = decodeBase64(text)
  if (bytes !== undefined) return bytes
  throw new RafkaError('INVALID_ARGUMENT', `${what}: ${shown(text)} is not base64`)
}

/** A JSON string without its quotes. */
export function decodeQuoted(source: Buffer, start: number, end: number): Buffer {
  const target = Buffer.allocUnsafe(end - start)
  return target.subarray(0, unescapeJson(source, start, end, target, 0))
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
