import { randomBytes } from 'node:crypto'
import type { Broker } from '../../src/core/broker.ts'
import { anonymous, type ScramMechanism, scramMechanisms } from '../../src/core/sasl.ts'
import { alterUserScramCredentials } from '../../src/protocol/apis/alter-user-scram-credentials.ts'
import { saltPassword, scramCode } from '../../src/sasl/scram-keys.ts'

/** Lets a user in, by one mechanism of SCRAM or by both. */
export async function addUser(
  broker: Broker,
  name: string,
  password: string,
  mechanisms: readonly ScramMechanism[] = scramMechanisms,
): Promise<void> {
  const upsertions = await Promise.all(
    mechanisms.map(async (mechanism) => {
      const salt = randomBytes(16)
      const saltedPassword = await saltPassword(mechanism, password, salt, 4096)
      return { name, mechanism: scramCode(mechanism), iterations: 4096, salt, saltedPassword }
    }),
  )
  const connection = { id: 0, listener: 'test', remoteAddress: 'test', principal: anonymous }
  const request = alterUserScramCredentials.request.create({ upsertions })
  await broker.handle(alterUserScramCredentials, request, { connection, version: 0, clientId: null })
}
