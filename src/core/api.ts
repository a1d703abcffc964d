/**
 * One Kafka API, as client, server and broker name it to each other. The definitions are in `protocol/apis/`; this is the part of
 * them that the vocabulary needs. `Request` and `Response` are plain objects with Kafka's field names in camelCase.
 */
export interface Api<Request = unknown, Response = unknown> {
  /** Kafka's number for it. */
  readonly key: number
  /** Kafka's name for it: `Produce`. */
  readonly name: string
  /** First and last version that is defined. */
  readonly versions: readonly [min: number, max: number]
  /** Carries the types; never has a value. */
  readonly types?: { readonly request: Request; readonly response: Response }
}

/** An API that a broker answers, and in which versions. */
export interface SupportedApi {
  readonly api: Api
  readonly minVersion: number
  readonly maxVersion: number
}
