import type { UserDescription } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { type MutationResult, type Mutations, mutationReport, mutationsOf } from '../mutation-report.ts'
import { type ConfirmFlags, confirmOrRefuse, declareConfirmation } from '../prompts.ts'
import { requireUsers } from './require-users.ts'

interface DeleteFlags extends ConfirmFlags {
  readonly ifExists?: boolean
}

/** `rafka users delete`. */
export const deleteUsers: CommandSpec<DeleteFlags, Mutations<'user'>> = defineCommand({
  usage: 'NAME... [options]',
  examples: [
    ['rafka users delete alice', 'asks first'],
    ['rafka users delete alice bob --yes --if-exists', 'in a script'],
  ],
  declare: (command) =>
    declareConfirmation(command).argument('[name...]').option('--if-exists', 'a user who is not there is no error'),
  shape: mutationsOf('user'),
  async run(context, { args, flags }) {
    const names = await requireUsers(context, args, 'rafka users delete NAME...')
    const what = names.length === 1 ? `user ${names[0]}` : `${names.length} users`
    await confirmOrRefuse(
      context,
      {
        question: `Delete ${what}? Nobody can log in as ${names.length === 1 ? 'that user' : 'them'} any more.`,
        names,
      },
      flags,
    )
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const known = (await admin.describeUsers()).filter(({ user }) => names.includes(user))
    const deleted = await admin.deleteCredentials(known.flatMap(credentialsOf))
    const results = names.map((name): MutationResult => {
      const result = deleted.find((each) => each.name === name)
      if (result === undefined) return missing(name, flags.ifExists === true)
      return { name, status: result.error === null ? 'deleted' : 'failed', error: result.error }
    })
    return await mutationReport(context, 'user', results)
  },
})

function credentialsOf({ user, credentials }: UserDescription) {
  return credentials.map(({ mechanism }) => ({ user, mechanism }))
}

function missing(name: string, isFine: boolean): MutationResult {
  const message = `user "${name}" does not exist`
  return isFine
    ? { name, status: 'unchanged', error: null, text: `${name} does not exist` }
    : { name, status: 'failed', error: { code: 'RESOURCE_NOT_FOUND', message } }
}
