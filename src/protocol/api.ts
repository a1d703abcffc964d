import type { Api } from '../core/api.ts'
import type { Fields, MessageOf } from './field.ts'
import { type MessageDefinition, message } from './message.ts'

/** A Kafka API: its number, its versions, and the fields of both directions with the versions that have them. */
export interface ApiDefinition<Request = unknown, Response = unknown> extends Api<Request, Response> {
  /** First version with compact lengths and tagged fields (KIP-482); null: none has them. */
  readonly flexibleSince: number | null
  /** False: its response header stays without tagged fields in flexible versions too, which is so for ApiVersions alone (KIP-511). */
  readonly responseHeaderFlexible: boolean
  readonly request: MessageDefinition<Request>
  readonly response: MessageDefinition<Response>
}

/** The request of an API as a plain object: `RequestOf<typeof fetch>`. */
export type RequestOf<A extends Api> = NonNullable<A['types']>['request']
/** The response of an API as a plain object: `ResponseOf<typeof fetch>`. */
export type ResponseOf<A extends Api> = NonNullable<A['types']>['response']

/** Defines an API once, for all versions: Kafka's own field names in camelCase, in the order of the wire. */
export function api<const Request extends Fields, const Response extends Fields>(definition: {
  readonly key: number
  readonly name: string
  readonly versions: readonly [min: number, max: number]
  readonly flexibleSince: number | null
  readonly responseHeaderFlexible?: boolean
  readonly request: Request
  readonly response: Response
}): ApiDefinition<MessageOf<Request>, MessageOf<Response>> {
  const { key, name, versions, flexibleSince, responseHeaderFlexible = true } = definition
  return {
    key,
    name,
    versions,
    flexibleSince,
    responseHeaderFlexible,
    request: message(`${name} request`, definition, definition.request),
    response: message(`${name} response`, definition, definition.response),
  }
}
