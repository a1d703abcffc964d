import { RafkaError } from '../core/errors.ts'
import { defaultsOf, type Fields, type MessageOf } from './field.ts'
import { structCodec } from './struct-codec.ts'
import type { ValueCodec } from './value-codec.ts'

/** One direction of an API, or a header: its fields, and the codec of each version. */
export interface MessageDefinition<Message = unknown> {
  /** For error messages: `Fetch request`. */
  readonly name: string
  readonly fields: Fields
  /** A complete message: the defaults, and `given` over them. */
  create(given?: Partial<Message>): Message
  /**
   * Reads and writes it in one version. Compiled when first asked for.
   * @throws RafkaError `UNSUPPORTED_VERSION` for a version that is not defined
   */
  codec(version: number): ValueCodec<Message>
}

/** Which versions of a message there are. */
export interface MessageVersions {
  readonly versions: readonly [min: number, max: number]
  /** First version with compact lengths and tagged fields (KIP-482); null: none has them. */
  readonly flexibleSince: number | null
}

/** Defines a message by its fields. */
export function message<const F extends Fields>(
  name: string,
  { versions: [min, max], flexibleSince }: MessageVersions,
  fields: F,
): MessageDefinition<MessageOf<F>> {
  const defaults = defaultsOf(fields)
  const codecs: Array<ValueCodec<MessageOf<F>> | undefined> = []

  function compile(version: number): ValueCodec<MessageOf<F>> {
    if (!(version >= min && version <= max)) {
      throw new RafkaError('UNSUPPORTED_VERSION', `${name} is defined for versions ${min} to ${max}, not ${version}`)
    }
    const codec = structCodec(fields, version, isFlexible(flexibleSince, version)) as ValueCodec<MessageOf<F>>
    codecs[version] = codec
    return codec
  }

  return {
    name,
    fields,
    create: (given) => ({ ...defaults, ...given }),
    codec: (version) => codecs[version] ?? compile(version),
  }
}

/** True when `version` has compact lengths and tagged fields. */
export function isFlexible(flexibleSince: number | null, version: number): boolean {
  return flexibleSince !== null && version >= flexibleSince
}
