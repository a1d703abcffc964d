import { nearestName } from '../../config/nearest-name.ts'
import { RafkaError, type UserAdmin } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { missingArgument, pickName } from '../prompts.ts'

/**
 * The users that were named, each once; where none was and somebody can be asked, the one that is picked.
 * @throws RafkaError `INVALID_ARGUMENT` where nobody can be asked, or when there is no user
 */
export async function requireUsers(context: CommandContext, args: readonly string[], usage: string): Promise<string[]> {
  if (args.length > 0) return [...new Set(args)]
  if (!context.terminal.canAsk) throw missingArgument('no user was named', usage)
  const { rafka } = await context.session()
  const names = (await rafka.admin().describeUsers()).map(({ user }) => user)
  if (names.length === 0) throw missingArgument('no user was named, and there is none yet', usage)
  return [await pickName(context, 'User', names)]
}

/** The error of a user whom the broker does not know, with the nearest one that it knows. */
export async function noSuchUser(admin: UserAdmin, name: string): Promise<RafkaError> {
  const names = (await admin.describeUsers()).map(({ user }) => user)
  const near = nearestName(name, names)
  return new RafkaError('RESOURCE_NOT_FOUND', `user "${name}" does not exist`, {
    details: {
      user: name,
      hint: near === undefined ? 'rafka users list' : `did you mean "${near}"?  rafka users list`,
    },
  })
}
