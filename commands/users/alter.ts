import { type CommandSpec, defineCommand } from '../command.ts'
import { type Mutations, mutationsOf } from '../mutation-report.ts'
import { type CredentialFlags, declareCredential } from './credential-flags.ts'
import { noSuchUser, requireUsers } from './require-users.ts'
import { findUser, setCredentials } from './set-credentials.ts'

/** `rafka users alter`: another password. */
export const alterUser: CommandSpec<CredentialFlags, Mutations<'user'>> = defineCommand({
  usage: 'NAME [options]',
  examples: [
    ['rafka users alter alice', 'asks for the new password'],
    ['rafka users alter alice --iterations 8192', 'the same, harder to guess'],
    ['rafka users alter alice --mechanism scram-sha-512', 'adds a mechanism, or changes that alone'],
  ],
  declare: (command) => declareCredential(command, 'those that the user has'),
  shape: mutationsOf('user'),
  async run(context, { args, flags }) {
    const [name] = await requireUsers(context, args, 'rafka users alter NAME')
    const { rafka } = await context.session()
    const known = await findUser(rafka.admin(), name!)
    if (known === undefined) throw await noSuchUser(rafka.admin(), name!)
    const mechanisms = flags.mechanism ?? known.credentials.map(({ mechanism }) => mechanism)
    return await setCredentials(context, known.user, mechanisms, { flags, done: 'altered' })
  },
})
