import { wrongFormat } from './wrong-format.ts'

/** How a number is written: in decimal, in hexadecimal digits, as bytes of an integer, or as `true` and `false`. */
export type NumberForm =
  | { readonly kind: 'decimal' }
  | { readonly kind: 'bool' }
  /** `digits` of them; undefined: as many as it takes. */
  | { readonly kind: 'hex'; readonly digits: number | undefined }
  | { readonly kind: 'integer'; readonly bytes: 1 | 2 | 4 | 8; readonly littleEndian: boolean }

const decimalForm: NumberForm = { kind: 'decimal' }

const forms: ReadonlyMap<string, NumberForm> = new Map<string, NumberForm>([
  ['ascii', decimalForm],
  ['number', decimalForm],
  ['num', decimalForm],
  ['bool', { kind: 'bool' }],
  ['hex', { kind: 'hex', digits: undefined }],
  ['hex4', { kind: 'hex', digits: 1 }],
  ['hex8', { kind: 'hex', digits: 2 }],
  ['hex16', { kind: 'hex', digits: 4 }],
  ['hex32', { kind: 'hex', digits: 8 }],
  ['hex64', { kind: 'hex', digits: 16 }],
  ['byte', { kind: 'integer', bytes: 1, littleEndian: false }],
  ['big8', { kind: 'integer', bytes: 1, littleEndian: false }],
  ['big16', { kind: 'integer', bytes: 2, littleEndian: false }],
  ['big32', { kind: 'integer', bytes: 4, littleEndian: false }],
  ['big64', { kind: 'integer', bytes: 8, littleEndian: false }],
  ['little8', { kind: 'integer', bytes: 1, littleEndian: true }],
  ['little16', { kind: 'integer', bytes: 2, littleEndian: true }],
  ['little32', { kind: 'integer', bytes: 4, littleEndian: true }],
  ['little64', { kind: 'integer', bytes: 8, littleEndian: true }],
])

const known = '{ascii} {hex} {hex4} to {hex64} {big8} to {big64} {little8} to {little64} {byte} {bool}'

/** The form that a modifier names; decimal without one. @throws RafkaError `INVALID_ARGUMENT` */
export function numberForm(flag: string, verb: string, modifier: string | undefined): NumberForm {
  const form = modifier === undefined ? decimalForm : forms.get(modifier)
  if (form !== undefined) return form
  throw wrongFormat(flag, `%${verb} takes no {${modifier}}`, `numbers take ${known}`)
}
