import { randomBytes } from 'node:crypto'
import type { ItemResult } from '../../core/admin.ts'
import { RafkaError } from '../../core/errors.ts'
import type { ScramMechanism } from '../../core/sasl.ts'
import type { NewCredential, UserDescription } from '../../core/user-admin.ts'
import { alterUserScramCredentials } from '../../protocol/apis/alter-user-scram-credentials.ts'
import { describeUserScramCredentials } from '../../protocol/apis/describe-user-scram-credentials.ts'
import { errorName } from '../../protocol/error-codes.ts'
import { saltPassword, scramCode, scramIterations, scramMechanismOf } from '../../sasl/scram-keys.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { callController } from './controller-call.ts'
import { itemError, leftOut } from './item-result.ts'

const SALT_BYTES = 24

type AlterRequest = Parameters<typeof alterUserScramCredentials.request.create>[0]

/** See `UserAdmin.describeUsers`. */
export async function describeUsersOn(cluster: Cluster, users: readonly string[] = []): Promise<UserDescription[]> {
  const body = describeUserScramCredentials.request.create({
    users: users.length === 0 ? null : users.map((name) => ({ name })),
  })
  const { errorCode, errorMessage, results } = await cluster.call('any', describeUserScramCredentials, body)
  check('the users', errorCode, errorMessage)
  const described = results.map((result) => {
    check(`user "${result.user}"`, result.errorCode, result.errorMessage)
    return {
      user: result.user,
      credentials: result.credentialInfos
        .flatMap(({ mechanism: code, iterations }) => {
          const mechanism = scramMechanismOf(code)
          return mechanism === undefined ? [] : [{ mechanism, iterations }]
        })
        .sort((a, b) => (a.mechanism < b.mechanism ? -1 : 1)),
    }
  })
  if (users.length === 0) return described.sort((a, b) => (a.user < b.user ? -1 : 1))
  return users.flatMap((user) => described.find((one) => one.user === user) ?? [])
}

/** See `UserAdmin.setCredentials`. */
export async function setCredentialsOn(cluster: Cluster, credentials: readonly NewCredential[]): Promise<ItemResult[]> {
  const upsertions = await Promise.all(
    credentials.map(async ({ user, mechanism, password, iterations = scramIterations.min }) => {
      refuseWrong(user, password, iterations)
      const salt = randomBytes(SALT_BYTES)
      const saltedPassword = await saltPassword(mechanism, password, salt, iterations)
      return { name: user, mechanism: scramCode(mechanism), iterations, salt, saltedPassword }
    }),
  )
  return alter(cluster, upsertions, (some) => ({ upsertions: some }))
}

/** See `UserAdmin.deleteCredentials`. */
export async function deleteCredentialsOn(
  cluster: Cluster,
  credentials: ReadonlyArray<{ readonly user: string; readonly mechanism: ScramMechanism }>,
): Promise<ItemResult[]> {
  const deletions = credentials.map(({ user, mechanism }) => ({ name: user, mechanism: scramCode(mechanism) }))
  return alter(cluster, deletions, (some) => ({ deletions: some }))
}

/** Kafka refuses a request that names a user twice: what is left of each user goes into the next one. */
async function alter<Change extends { readonly name: string }>(
  cluster: Cluster,
  changes: readonly Change[],
  requestOf: (changes: readonly Change[]) => AlterRequest,
): Promise<ItemResult[]> {
  const byUser = new Map<string, Change[]>()
  for (const change of changes) byUser.set(change.name, [...(byUser.get(change.name) ?? []), change])
  const results = new Map<string, ItemResult>()
  for (let round = 0; ; round += 1) {
    const some = [...byUser.values()].flatMap((ofUser) => ofUser[round] ?? [])
    if (some.length === 0) return [...results.values()]
    for (const result of await alterOnce(cluster, requestOf(some), some)) {
      if (results.get(result.name)?.error == null) results.set(result.name, result)
    }
  }
}

async function alterOnce(
  cluster: Cluster,
  request: AlterRequest,
  changes: ReadonlyArray<{ readonly name: string }>,
): Promise<ItemResult[]> {
  const body = alterUserScramCredentials.request.create(request)
  const { results } = await callController(cluster, alterUserScramCredentials, body, (response) =>
    response.results.map(({ errorCode }) => errorCode),
  )
  const answers = new Map(results.map((result) => [result.user, result]))
  return changes.map(({ name }) => {
    const answer = answers.get(name)
    return {
      name,
      error: answer === undefined ? leftOut(name) : itemError(name, answer.errorCode, answer.errorMessage),
    }
  })
}

/** The broker sees no password, so it cannot tell that there was none. */
function refuseWrong(user: string, password: string, iterations: number): void {
  if (password === '') throw new RafkaError('INVALID_ARGUMENT', `the password of user "${user}" is empty`)
  const { min, max } = scramIterations
  if (Number.isInteger(iterations) && iterations >= min && iterations <= max) return
  throw new RafkaError('INVALID_ARGUMENT', `${iterations} iterations: ${min} to ${max} are allowed`)
}

function check(what: string, errorCode: number, message: string | null): void {
  const error = errorName(errorCode)
  if (error !== 'NONE') throw new RafkaError(error, `${what}: ${message ?? `the broker answered ${error}`}`)
}
