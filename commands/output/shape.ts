/** The part of JSON Schema that shapes are made of. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: ReadonlyArray<string | null>
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
}

/**
 * What a JSON document looks like, declared once: `schema` is printed by `--format schema` and holds at run time, `T` is the same for the
 * compiler.
 */
export interface Shape<out T> {
  readonly schema: JsonSchema
  /** Never set: it carries the type. */
  readonly type?: T
}

/** The documents of a shape. */
export type DocumentOf<S> = S extends Shape<infer T> ? T : never

/** Any text. */
export const text: Shape<string> = { schema: { type: 'string' } }
/** A whole number. */
export const whole: Shape<number> = { schema: { type: 'integer' } }
/** Any number. */
export const decimal: Shape<number> = { schema: { type: 'number' } }
/** `true` or `false`. */
export const flag: Shape<boolean> = { schema: { type: 'boolean' } }
/** Whatever was given. */
export const anything: Shape<unknown> = { schema: {} }

/** One of the words. */
export function word<const Word extends string>(...words: readonly Word[]): Shape<Word> {
  return { schema: { type: 'string', enum: words } }
}

/** The same, or `null` for what is unknown or does not apply. */
export function nullable<T>({ schema }: Shape<T>): Shape<T | null> {
  const { type, enum: words } = schema
  if (typeof type !== 'string') return { schema: { anyOf: [schema, { type: 'null' }] } }
  return { schema: { ...schema, type: [type, 'null'], ...(words === undefined ? {} : { enum: [...words, null] }) } }
}

/** Any number of the same. */
export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return { schema: { type: 'array', items: item.schema } }
}

/** Exactly these fields, always present. */
export function object<Fields extends Readonly<Record<string, Shape<unknown>>>>(
  fields: Fields,
): Shape<{ readonly [Name in keyof Fields]: DocumentOf<Fields[Name]> }> {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema]))
  return { schema: { type: 'object', properties, required: Object.keys(properties), additionalProperties: false } }
}
