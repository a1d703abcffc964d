import type { Clock } from '../../core/clock.ts'
import { clientError } from '../client-error.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'
import type { AnswerBounds } from '../transports/pipelined-connection.ts'
import { type Authenticating, authenticate } from './authenticate.ts'
import type { HeldRequests } from './held-requests.ts'
import { SessionRenewal } from './session-renewal.ts'

/** What holds for the whole life of a connection. */
export interface LogInOptions {
  readonly clock: Clock
  /** For each answer of the first time. */
  readonly bounds: AnswerBounds
  /** Holds back new requests while a session is renewed; what is on the way is not disturbed. */
  readonly held: HeldRequests
}

/**
 * Logs in, and again on the same connection before the session ends. When that fails the connection ends with the reason.
 * @throws what `authenticate` throws, and the function that gives the password
 */
export async function logIn(party: Authenticating, { clock, bounds, held }: LogInOptions): Promise<void> {
  const renewal = new SessionRenewal(clock, () => renew(party, held))
  void party.connection.closed.then(() => renewal.stop())
  const { password } = party.sasl
  renewal.begin(await authenticate(party, typeof password === 'string' ? password : await password(), bounds))
}

async function renew(party: Authenticating, held: HeldRequests): Promise<number> {
  try {
    const { password } = party.sasl
    // Whoever has to fetch it may take long, and until then the old session is good.
    const known = typeof password === 'string' ? password : await password()
    held.hold()
    return await authenticate(party, known, { timeoutMs: defaultRequestTimeoutMs })
  } catch (error) {
    // First the end, then what waits for it: so that it fails with this reason.
    party.connection.close(clientError(error))
    throw error
  } finally {
    held.release()
  }
}
