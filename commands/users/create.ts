import { RafkaError, scramMechanisms } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { type Mutations, mutationsOf } from '../mutation-report.ts'
import { missingArgument } from '../prompts.ts'
import { type CredentialFlags, declareCredential } from './credential-flags.ts'
import { findUser, setCredentials } from './set-credentials.ts'

/** `rafka users create`. */
export const createUser: CommandSpec<CredentialFlags, Mutations<'user'>> = defineCommand({
  usage: 'NAME [options]',
  examples: [
    ['rafka users create alice', 'asks for the password'],
    ['rafka users create alice --password-file ~/.secrets/alice', 'from a file'],
    ['pass show kafka | rafka users create alice --password-file -', 'from stdin'],
    ['rafka users create alice --mechanism scram-sha-512', 'for one mechanism alone'],
  ],
  declare: (command) => declareCredential(command, 'both'),
  shape: mutationsOf('user'),
  async run(context, { args, flags }) {
    const [name] = args
    if (name === undefined) throw missingArgument('the user has no name', 'rafka users create NAME')
    const { rafka } = await context.session()
    if ((await findUser(rafka.admin(), name)) !== undefined) {
      throw new RafkaError('DUPLICATE_RESOURCE', `user "${name}" exists already`, {
        details: { user: name, hint: `rafka users alter ${name} changes the password` },
      })
    }
    return await setCredentials(context, name, flags.mechanism ?? scramMechanisms, { flags, done: 'created' })
  },
})
