import type { ScramCredential, ScramMechanism } from '../../core/sasl.ts'
import { alterUserScramCredentials } from '../../protocol/apis/alter-user-scram-credentials.ts'
import { clientKey, scramIterations, scramMechanismOf, serverKey, storedKey } from '../../sasl/scram-keys.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, noError, type WireError, wireError, wireErrorOf } from '../handler.ts'

type Request = ReturnType<typeof alterUserScramCredentials.request.create>
type Upsertion = Request['upsertions'][number]

/** What a request wants of one user: all of it happens, or nothing. */
interface Wanted {
  readonly credentials: Map<ScramMechanism, ScramCredential | null>
  error: WireError
}

/** Sets and deletes credentials (KIP-554; errors as `ScramControlManager` has them). */
export const alterUserScramCredentialsHandler = handler({
  api: alterUserScramCredentials,
  minVersion: 0,
  maxVersion: 0,
  async handle(state, request) {
    const users = new Map<string, Wanted>()
    try {
      await state.credentials.change(() => {
        decide(state, request, users)
        return [...users].flatMap(([user, { error, credentials }]) =>
          error === noError ? [{ user, credentials }] : [],
        )
      })
    } catch (cause) {
      const error = wireErrorOf(cause, state)
      for (const wanted of users.values()) if (wanted.error === noError) wanted.error = error
    }
    return alterUserScramCredentials.response.create({
      results: [...users].map(([user, { error }]) => ({ user, ...error })),
    })
  },
  refuse: (request, error) =>
    alterUserScramCredentials.response.create({ results: usersOf(request).map((user) => ({ user, ...error })) }),
})

function usersOf({ deletions, upsertions }: Request): string[] {
  return [...new Set([...deletions, ...upsertions].map(({ name }) => name))]
}

function decide(state: BrokerState, request: Request, users: Map<string, Wanted>): void {
  for (const user of usersOf(request)) users.set(user, { credentials: new Map(), error: noError })
  for (const { name, mechanism } of request.deletions) {
    const known = state.credentials.of(name)
    want(users.get(name)!, name, mechanism, (scram) => {
      if (known?.has(scram) !== true) {
        return wireError('RESOURCE_NOT_FOUND', 'Attempt to delete a user credential that does not exist')
      }
      return null
    })
  }
  for (const upsertion of request.upsertions) {
    const { name, mechanism } = upsertion
    want(users.get(name)!, name, mechanism, (scram) => wrongIn(upsertion) ?? credentialOf(scram, upsertion))
  }
}

function want(
  wanted: Wanted,
  user: string,
  code: number,
  credentialFor: (mechanism: ScramMechanism) => ScramCredential | WireError | null,
): void {
  if (wanted.error !== noError) return
  const mechanism = scramMechanismOf(code)
  if (user === '') wanted.error = wireError('UNACCEPTABLE_CREDENTIAL', 'Username must not be empty')
  else if (mechanism === undefined) wanted.error = wireError('UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism')
  else if (wanted.credentials.has(mechanism)) {
    wanted.error = wireError('DUPLICATE_RESOURCE', 'A user credential cannot be altered twice in the same request')
  } else {
    const credential = credentialFor(mechanism)
    if (credential !== null && 'errorCode' in credential) wanted.error = credential
    else wanted.credentials.set(mechanism, credential)
  }
}

function wrongIn({ iterations }: Upsertion): WireError | undefined {
  if (iterations < scramIterations.min) return wireError('UNACCEPTABLE_CREDENTIAL', 'Too few iterations')
  if (iterations > scramIterations.max) return wireError('UNACCEPTABLE_CREDENTIAL', 'Too many iterations')
  return undefined
}

function credentialOf(mechanism: ScramMechanism, { salt, iterations, saltedPassword }: Upsertion): ScramCredential {
  return {
    salt,
    iterations,
    storedKey: storedKey(mechanism, clientKey(mechanism, saltedPassword)),
    serverKey: serverKey(mechanism, saltedPassword),
  }
}
