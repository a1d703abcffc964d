import { describeUserScramCredentials } from '../../protocol/apis/describe-user-scram-credentials.ts'
import { scramCode } from '../../sasl/scram-keys.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, type WireError, wireError } from '../handler.ts'
import { repeated } from '../repeated.ts'

/** Tells which credentials users have (`ScramControlManager`, `ScramImage.describe`). */
export const describeUserScramCredentialsHandler = handler({
  api: describeUserScramCredentials,
  minVersion: 0,
  maxVersion: 0,
  async handle(state, { users }) {
    const asked = (users ?? []).map(({ name }) => name)
    const twice = repeated(asked)
    const names = asked.length === 0 ? state.credentials.users : [...new Set(asked)]
    return describeUserScramCredentials.response.create({
      results: names.map((user) => {
        const error = twice.has(user)
          ? askedTwice(user)
          : state.credentials.of(user) === undefined
            ? unknown(user)
            : found
        return { user, ...error, credentialInfos: error === found ? infosOf(state, user) : [] }
      }),
    })
  },
  refuse: (_request, error) => describeUserScramCredentials.response.create(error),
})

/** Kafka leaves the message at its default, which is not null. */
const found: WireError = { errorCode: 0, errorMessage: '' }

function infosOf({ credentials }: BrokerState, user: string) {
  return [...(credentials.of(user) ?? [])]
    .map(([mechanism, { iterations }]) => ({ mechanism: scramCode(mechanism), iterations }))
    .sort((a, b) => a.mechanism - b.mechanism)
}

function askedTwice(user: string): WireError {
  return wireError(
    'DUPLICATE_RESOURCE',
    `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`,
  )
}

function unknown(user: string): WireError {
  return wireError('RESOURCE_NOT_FOUND', `Attempt to describe a user credential that does not exist: ${user}`)
}
