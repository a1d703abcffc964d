import type { ClientSasl } from '../../core/client-security.ts'
import { isRafkaError, RafkaError } from '../../core/errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { saslAuthenticate } from '../../protocol/apis/sasl-authenticate.ts'
import { saslHandshake } from '../../protocol/apis/sasl-handshake.ts'
import { errorName } from '../../protocol/error-codes.ts'
import { commonVersion, type VersionRange } from '../common-version.ts'
import type { AnswerBounds, PipelinedConnection } from '../transports/pipelined-connection.ts'
import { converse } from './conversation.ts'

/** The connection that is to belong to a user. */
export interface Authenticating {
  readonly connection: PipelinedConnection
  readonly supported: ReadonlyMap<number, VersionRange>
  readonly sasl: ClientSasl
}

/**
 * Proves to the broker who the client is. In SCRAM the broker proves in turn that it knows the user.
 * @returns for how long that is good, in ms; 0: as long as the connection (KIP-368)
 * @throws RafkaError `SASL_AUTHENTICATION_FAILED`, `UNSUPPORTED_SASL_MECHANISM` with those that the broker offers, `ILLEGAL_SASL_STATE` when it wants
 *   no SASL; none has the password in it. And what the connection throws
 */
export async function authenticate(
  authenticating: Authenticating,
  password: string,
  bounds: AnswerBounds,
): Promise<number> {
  const { connection, supported, sasl } = authenticating
  const conversation = converse(sasl.mechanism, sasl.username, password)
  await chooseMechanism(authenticating, bounds)
  const version = commonVersion(saslAuthenticate, supported.get(saslAuthenticate.key)) ?? 0
  let answer: Buffer = Buffer.alloc(0)
  let lifetimeMs = 0
  for (;;) {
    const message = await conversation.step(answer).catch((error: unknown) => {
      throw atBroker(connection.where, error)
    })
    if (message === undefined) return lifetimeMs
    const body = saslAuthenticate.request.create({ authBytes: message })
    const response = await connection.request(saslAuthenticate, version, body, bounds)
    refuseFailed(response, authenticating)
    answer = response.authBytes
    lifetimeMs = response.sessionLifetimeMs
  }
}

/** Version 0 would be followed by bare tokens: brokers that know no later one are older than Kafka 1.0. */
async function chooseMechanism({ connection, supported, sasl }: Authenticating, bounds: AnswerBounds): Promise<void> {
  const { where } = connection
  const { mechanism } = sasl
  const version = commonVersion(saslHandshake, supported.get(saslHandshake.key))
  if (version === undefined || version === 0) {
    throw new RafkaError(
      'ILLEGAL_SASL_STATE',
      version === 0
        ? `${where} knows SASL only as Kafka had it before version 1.0, which Rafka does not speak`
        : `${where} knows no SASL; leave out sasl.username`,
    )
  }
  const body = saslHandshake.request.create({ mechanism })
  const { errorCode, mechanisms } = await connection.request(saslHandshake, version, body, bounds)
  const error = errorName(errorCode)
  if (error === 'NONE') return
  if (error === 'UNSUPPORTED_SASL_MECHANISM') {
    const offered = mechanisms.length === 0 ? 'none' : mechanisms.join(', ')
    throw new RafkaError(error, `${where} does not take ${mechanism}; it offers ${offered} (sasl.mechanism)`)
  }
  if (error === 'ILLEGAL_SASL_STATE') {
    throw new RafkaError(
      error,
      `the listener at ${where} wants no SASL; leave out sasl.username, or name a listener that does`,
    )
  }
  throw new RafkaError(error, `${where} refused to authenticate with ${mechanism}: ${error}`)
}

function refuseFailed(
  { errorCode, errorMessage }: ResponseOf<typeof saslAuthenticate>,
  { connection, sasl }: Authenticating,
): void {
  const error = errorName(errorCode)
  if (error === 'NONE') return
  const said = errorMessage ?? `it answered ${error}`
  throw new RafkaError(
    error,
    `${connection.where} does not let the user "${sasl.username}" in with ${sasl.mechanism}: ${said}`,
    { details: { username: sasl.username, mechanism: sasl.mechanism } },
  )
}

/** A conversation does not know whom it is held with. */
function atBroker(where: string, error: unknown): unknown {
  return isRafkaError(error, 'SASL_AUTHENTICATION_FAILED')
    ? new RafkaError(error.code, `${where}: ${error.message}`, { cause: error })
    : error
}
