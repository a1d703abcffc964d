import { isRafkaError, type ScramMechanism, type UserAdmin, type UserDescription } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { type Mutations, mutationReport } from '../mutation-report.ts'
import type { Report } from '../output/report.ts'
import { type CredentialFlags, newPassword } from './credential-flags.ts'

/** A user, if the broker knows it. */
export async function findUser(admin: UserAdmin, user: string): Promise<UserDescription | undefined> {
  try {
    return (await admin.describeUsers([user]))[0]
  } catch (error) {
    if (isRafkaError(error, 'RESOURCE_NOT_FOUND')) return undefined
    throw error
  }
}

/** Sets the password of a user for these mechanisms, and tells what became of it. */
export async function setCredentials(
  context: CommandContext,
  user: string,
  mechanisms: readonly ScramMechanism[],
  { flags, done }: { readonly flags: CredentialFlags; readonly done: string },
): Promise<Report<Mutations<'user'>>> {
  const password = await newPassword(context, user, flags.passwordFile)
  const { rafka } = await context.session()
  const { iterations } = flags
  const credentials = mechanisms.map((mechanism) => ({ user, mechanism, password, iterations }))
  const results = (await rafka.admin().setCredentials(credentials)).map(({ name, error }) => ({
    name,
    status: error === null ? done : 'failed',
    error,
    text: `${done} ${name}  ${mechanisms.join(', ')}`,
  }))
  return await mutationReport(context, 'user', results)
}
