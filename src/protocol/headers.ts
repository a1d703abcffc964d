import { int16, int32, neverCompactString } from './field.ts'
import { message } from './message.ts'

/**
 * Stands before every request. Version 2 is for the flexible versions of an API, version 1 for the others.
 * The client id keeps its old form so that any broker can read the header of any ApiVersions request.
 */
export const requestHeader = message(
  'request header',
  { versions: [1, 2], flexibleSince: 2 },
  {
    requestApiKey: int16,
    requestApiVersion: int16,
    correlationId: int32,
    clientId: neverCompactString.nullable(),
  },
)

/** Stands before every response. Version 1 is for the flexible versions of an API, except ApiVersions. */
export const responseHeader = message(
  'response header',
  { versions: [0, 1], flexibleSince: 1 },
  { correlationId: int32 },
)
