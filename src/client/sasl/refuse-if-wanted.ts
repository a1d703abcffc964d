import { RafkaError } from '../../core/errors.ts'
import { saslHandshake } from '../../protocol/apis/sasl-handshake.ts'
import { errorName } from '../../protocol/error-codes.ts'
import { commonVersion, type VersionRange } from '../common-version.ts'
import type { AnswerBounds, PipelinedConnection } from '../transports/pipelined-connection.ts'

/**
 * Asks whether the broker wants SASL, of which the client has none. A broker that does answers ApiVersions and closes the connection at the next
 * request without a word; choosing no mechanism makes it name those that it has. One that does not refuses to choose, and goes on.
 * @throws RafkaError `ILLEGAL_SASL_STATE` when it does
 */
export async function refuseIfSaslIsWanted(
  connection: PipelinedConnection,
  supported: ReadonlyMap<number, VersionRange>,
  bounds: AnswerBounds,
): Promise<void> {
  const version = commonVersion(saslHandshake, supported.get(saslHandshake.key))
  if (version === undefined) return
  const body = saslHandshake.request.create({ mechanism: '' })
  const { errorCode, mechanisms } = await connection.request(saslHandshake, version, body, bounds)
  if (errorName(errorCode) !== 'UNSUPPORTED_SASL_MECHANISM') return
  throw new RafkaError(
    'ILLEGAL_SASL_STATE',
    `the listener at ${connection.where} wants SASL (${mechanisms.join(', ')}), and no user was named: set sasl.username and sasl.password_file`,
  )
}
