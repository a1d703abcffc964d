import { existsSync, readFileSync } from 'node:fs'

/** A field as Kafka's message files describe it. */
export interface KafkaField {
  readonly name: string
  readonly type: string
  readonly versions: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly flexibleVersions?: string
  readonly tag?: number
  readonly default?: string | number | boolean
  readonly fields?: readonly KafkaField[]
}

/** A message as Kafka's message files describe it. */
export interface KafkaSchema {
  readonly apiKey?: number
  readonly validVersions: string
  readonly flexibleVersions: string
  readonly fields: readonly KafkaField[]
  readonly commonStructs?: ReadonlyArray<{ readonly name: string; readonly fields: readonly KafkaField[] }>
}

const folder = new URL('../../../shared/reference/kafka-messages/', import.meta.url)

/** Why the files cannot be used; undefined: they are there. */
export const kafkaSchemasMissing: string | undefined = existsSync(folder)
  ? undefined
  : "Kafka's message files are not in ../shared/reference/kafka-messages"

/** Reads the file of one message: `FetchRequest`. */
export function kafkaSchema(name: string): KafkaSchema {
  const text = readFileSync(new URL(`${name}.json`, folder), 'utf8')
  return JSON.parse(text.replace(/^\s*\/\/.*$/gm, '')) as KafkaSchema
}

/** Kafka's version ranges: `3`, `3-5`, `3+`, `none`. */
export function versionRange(text: string | undefined): readonly [since: number, until: number] {
  if (text === undefined || text === 'none') return [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  if (text.endsWith('+')) return [Number.parseInt(text, 10), Number.POSITIVE_INFINITY]
  const [since, until = since] = text.split('-').map(Number)
  return [since!, until!]
}

/** True when a range of Kafka's has this version. */
export function hasVersion(text: string | undefined, version: number): boolean {
  const [since, until] = versionRange(text)
  return version >= since && version <= until
}
