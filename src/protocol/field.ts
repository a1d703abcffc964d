import { zeroUuid } from './uuid.ts'

/** What a field looks like on the wire, before versions and nullability. */
type WireType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'string'; readonly neverCompact: boolean }
  | { readonly kind: 'array'; readonly element: Field<unknown> }
  | { readonly kind: 'struct'; readonly fields: Fields }

type ScalarKind =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint16'
  | 'uint32'
  | 'float64'
  | 'boolean'
  | 'uuid'
  | 'bytes'
  | 'records'

/** Everything that the codec has to know of a field. */
export interface FieldSpec<T> {
  readonly type: WireType
  /** First version that has it. */
  readonly since: number
  /** Last version that has it; Infinity: no end. */
  readonly until: number
  /** First version in which it may be null; null: never. */
  readonly nullableSince: number | null
  /** What it reads as where a version lacks it or, when tagged, where it was not sent. */
  readonly defaultValue: T
  /** Its number among the tagged fields (KIP-482); null: a positional field. */
  readonly tag: number | null
}

/** The fields of a message or struct, in the order of the wire. */
export type Fields = Readonly<Record<string, Field<unknown>>>

/** The plain object that fields describe: every field is there, in every version. */
export type MessageOf<F extends Fields> = { [Name in keyof F]: F[Name] extends Field<infer T> ? T : never }

/** One field of a message. Immutable: each method gives a new one. */
export class Field<T> {
  readonly spec: FieldSpec<T>

  constructor(spec: FieldSpec<T>) {
    this.spec = spec
  }

  /** Versions from `version` on have it. */
  since(version: number): Field<T> {
    return new Field({ ...this.spec, since: version })
  }

  /** `version` is the last that has it. */
  until(version: number): Field<T> {
    return new Field({ ...this.spec, until: version })
  }

  /** May be null from `sinceVersion` on. Its default stays what it was: say `.default(null)` where Kafka does. */
  nullable(sinceVersion = 0): Field<T | null> {
    return new Field<T | null>({ ...this.spec, nullableSince: sinceVersion })
  }

  /** Reads as `value` in a version that lacks it. */
  default(value: T): Field<T> {
    return new Field({ ...this.spec, defaultValue: value })
  }

  /** A tagged field (KIP-482) from version `since` on: sent only when it differs from its default. */
  tagged(tag: number, since: number): Field<T> {
    return new Field({ ...this.spec, tag, since })
  }
}

/** Default of every array field: shared, so frozen. */
const emptyArray: readonly never[] = Object.freeze([])
/** Default of every bytes field. */
export const emptyBytes: Buffer = Buffer.alloc(0)

export const int8 = field<number>({ kind: 'int8' }, 0)
export const int16 = field<number>({ kind: 'int16' }, 0)
export const int32 = field<number>({ kind: 'int32' }, 0)
/** A safe integer: what is beyond 2^53 - 1 in either direction is refused when read and when written. */
export const int64 = field<number>({ kind: 'int64' }, 0)
export const uint16 = field<number>({ kind: 'uint16' }, 0)
export const uint32 = field<number>({ kind: 'uint32' }, 0)
export const float64 = field<number>({ kind: 'float64' }, 0)
export const boolean = field<boolean>({ kind: 'boolean' }, false)
export const string = field<string>({ kind: 'string', neverCompact: false }, '')
/** A string that keeps its two-byte length in flexible versions: `client_id` of the request header alone. */
export const neverCompactString = field<string>({ kind: 'string', neverCompact: true }, '')
/** 22 characters of base64url. */
export const uuid = field<string>({ kind: 'uuid' }, zeroUuid)
/** Decoded as a copy, for such fields are kept for longer than the frame that they came in. */
export const bytes = field<Buffer>({ kind: 'bytes' }, emptyBytes)
/**
 * Record batches as opaque bytes. Decoded: one slice of the frame, in an array. Encoded: all pieces one after the other,
 * large ones without a copy, so they must stay unchanged until they are written.
 */
export const records = field<readonly Buffer[] | null>({ kind: 'records' }, null)

/** A list of values of one type, or of structs with these fields. */
export function array<T>(element: Field<T>): Field<readonly T[]>
export function array<const F extends Fields>(element: F): Field<ReadonlyArray<MessageOf<F>>>
export function array(element: Field<unknown> | Fields): Field<readonly unknown[]> {
  return field<readonly unknown[]>(
    { kind: 'array', element: element instanceof Field ? element : struct(element) },
    emptyArray,
  )
}

/** An object inside a message. Its default is the object of its fields' defaults. */
export function struct<const F extends Fields>(fields: F): Field<MessageOf<F>> {
  return field({ kind: 'struct', fields }, defaultsOf(fields))
}

/** The object in which every field has its default. Frozen, for it is shared. */
export function defaultsOf<F extends Fields>(fields: F): MessageOf<F> {
  const entries = Object.entries(fields).map(([name, { spec }]) => [name, spec.defaultValue])
  return Object.freeze(Object.fromEntries(entries)) as MessageOf<F>
}

function field<T>(type: WireType, defaultValue: T): Field<T> {
  return new Field<T>({ type, since: 0, until: Number.POSITIVE_INFINITY, nullableSince: null, defaultValue, tag: null })
}
