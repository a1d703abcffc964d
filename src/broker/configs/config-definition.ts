/** Kafka's kinds of config value, as DescribeConfigs names them. */
export type ConfigType = 'boolean' | 'string' | 'int' | 'long' | 'double' | 'list'

/** One config that a topic or the broker has. Values are strings, as on Kafka's wire. */
export interface ConfigDefinition {
  readonly name: string
  readonly type: ConfigType
  readonly defaultValue: string
  /** What is wrong with a value, or undefined. */
  readonly check: (value: string) => string | undefined
  /** One or two sentences; says so when the value is accepted without effect. */
  readonly documentation: string
  /** For a config of a topic or group: the broker's config that gives its default. */
  readonly brokerName?: string
  /** For a topic's config: the name under which Kafka shows its default among the synonyms; null: it shows none. Left out: `brokerName`, or the config's own. */
  readonly defaultSynonym?: string | null
  /** For a broker's config: may be altered while it runs. */
  readonly dynamic?: boolean
}

const wholeNumber = /^[+-]?\d+$/

/** A whole number in `[min, max]`. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): ConfigDefinition['check'] {
  return (value) => {
    if (!wholeNumber.test(value.trim())) return `${JSON.stringify(value)} is not a whole number`
    // Java's Long.MAX_VALUE is what clients send for "no limit": it may round, and is then clamped where it is read.
    const number = Number(value)
    if (number < min) return `${value} is less than ${min}`
    if (number > max && max !== Number.MAX_SAFE_INTEGER) return `${value} is more than ${max}`
    return undefined
  }
}

/** A number in `[min, max]`. */
export function decimal(min: number, max: number): ConfigDefinition['check'] {
  return (value) => {
    const number = value.trim() === '' ? Number.NaN : Number(value)
    if (!Number.isFinite(number)) return `${JSON.stringify(value)} is not a number`
    return number < min || number > max ? `${value} is not between ${min} and ${max}` : undefined
  }
}

/** `true` or `false`, in any case. */
export const trueOrFalse: ConfigDefinition['check'] = (value) =>
  /^(true|false)$/i.test(value.trim()) ? undefined : `${JSON.stringify(value)} is neither true nor false`

/** One of the words. */
export function oneOf(...words: readonly string[]): ConfigDefinition['check'] {
  return (value) => (words.includes(value) ? undefined : `${JSON.stringify(value)} is not one of ${words.join(', ')}`)
}

/** Words from the list, separated by commas. */
export function listOf(...words: readonly string[]): ConfigDefinition['check'] {
  return (value) => {
    const wrong = splitList(value).find((word) => !words.includes(word))
    return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is not one of ${words.join(', ')}`
  }
}

/** Anything. */
export const anything: ConfigDefinition['check'] = () => undefined

/** The items of a list config. */
export function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
