import type { SupportedApi } from '../core/api.ts'
import { RafkaError } from '../core/errors.ts'
import type { ApiDefinition } from '../protocol/api.ts'
import { apiVersions } from '../protocol/apis/api-versions.ts'
import { apiByKey } from '../protocol/apis/index.ts'
import { errorCode } from '../protocol/error-codes.ts'
import { decodeRequest, decodeRequestHeader, encodeResponse } from '../protocol/wire.ts'

/** An API as a listener serves it: how to read and write it, and in which versions. */
interface ServedApi {
  readonly definition: ApiDefinition
  readonly minVersion: number
  readonly maxVersion: number
}

/** What a broker answers, by API key. */
export type ServedApis = ReadonlyMap<number, ServedApi>

/** A request as it came, or, where the protocol says so, the answer that needs no broker. */
export type ReadRequest =
  | {
      readonly definition: ApiDefinition
      readonly version: number
      readonly correlationId: number
      readonly clientId: string | null
      readonly body: object
    }
  | { readonly answer: Buffer[] }

/** The APIs of a broker with their definitions. Fails for one that has none: it could not be read. */
export function servedApis(apis: readonly SupportedApi[]): ServedApis {
  return new Map(
    apis.map(({ api, minVersion, maxVersion }) => {
      const definition = apiByKey(api.key)
      if (definition === undefined) throw new Error(`no definition of API ${api.name} (${api.key})`)
      return [api.key, { definition, minVersion, maxVersion }]
    }),
  )
}

/**
 * Reads one frame.
 * @throws RafkaError `MALFORMED_MESSAGE`, or `UNSUPPORTED_VERSION` for an API or version that is not served: the connection must be closed
 *   (Kafka's `RequestContext.parseRequest`)
 */
export function readRequest(frame: Buffer, apis: ServedApis): ReadRequest {
  const { apiKey, apiVersion: version, correlationId, clientId, bodyOffset } = decodeRequestHeader(frame)
  const served = apis.get(apiKey)
  if (served === undefined) throw unsupported(`API ${apiKey} is not served`, apiKey, version)
  const { definition, minVersion, maxVersion } = served
  if (version < minVersion || version > maxVersion) {
    if (apiKey === apiVersions.key) return { answer: unknownApiVersions(correlationId, served) }
    const range = `${minVersion} to ${maxVersion}`
    throw unsupported(`${definition.name} version ${version} is not served, only ${range}`, apiKey, version)
  }
  const body = decodeRequest(definition, version, frame, bodyOffset) as object
  return { definition, version, correlationId, clientId, body }
}

function unsupported(message: string, apiKey: number, apiVersion: number): RafkaError {
  return new RafkaError('UNSUPPORTED_VERSION', message, { details: { apiKey, apiVersion } })
}

/** A client that is newer than this broker learns in version 0, which all can read, what to ask in (KIP-511). */
function unknownApiVersions(correlationId: number, { minVersion, maxVersion }: ServedApi): Buffer[] {
  const response = apiVersions.response.create({
    errorCode: errorCode('UNSUPPORTED_VERSION'),
    apiKeys: [{ apiKey: apiVersions.key, minVersion, maxVersion }],
  })
  return encodeResponse(apiVersions, 0, correlationId, response)
}
