import { type Command, InvalidArgumentError } from 'commander'
import { RafkaError, type ScramMechanism, scramMechanisms } from '../../src/index.ts'
import { firstLine } from '../configured-file.ts'
import type { CommandContext } from '../context.ts'
import { wholeNumber } from '../option-values.ts'
import { askPassword } from '../prompts.ts'
import { readText } from '../read-text.ts'

/** What `users create` and `users alter` have in common. */
export interface CredentialFlags {
  readonly mechanism?: readonly ScramMechanism[]
  readonly iterations?: number
  readonly passwordFile?: string
}

/** Adds them. `mechanisms` says which are meant when none is named. */
export function declareCredential(command: Command, mechanisms: string): Command {
  return command
    .argument('[name]')
    .option('--mechanism <name,...>', `scram-sha-256, scram-sha-512 (default: ${mechanisms})`, mechanismList)
    .option('--iterations <n>', 'rounds of hashing, 4096 to 16384 (default: 4096)', wholeNumber(4096, 16_384))
    .option('--password-file <file>', 'its first line is the password; - for stdin')
}

function mechanismList(text: string, earlier: readonly ScramMechanism[] = []): readonly ScramMechanism[] {
  const named = text.split(',').map((word) => {
    const mechanism = scramMechanisms.find((each) => each === word.trim().toUpperCase())
    if (mechanism !== undefined) return mechanism
    throw new InvalidArgumentError(`Expected ${scramMechanisms.join(' or ').toLowerCase()}`)
  })
  return [...new Set([...earlier, ...named])]
}

/**
 * The password of a user: from the file that was named, else typed twice.
 * @throws RafkaError `INVALID_ARGUMENT` for an empty one, for two that differ, and where nobody can be asked
 */
export async function newPassword(context: CommandContext, user: string, file: string | undefined): Promise<string> {
  if (file !== undefined) return passwordIn(context, file)
  const nobody = {
    message: `nobody is here to type the password of "${user}"`,
    hint: 'name a file with --password-file FILE, or pipe it in with --password-file -',
  }
  const password = await askPassword(context, `New password of ${user}`, nobody)
  if ((await askPassword(context, 'The same again', nobody)) === password) return password
  throw new RafkaError('INVALID_ARGUMENT', 'the two are not the same; nothing was changed')
}

async function passwordIn({ io }: CommandContext, file: string): Promise<string> {
  const password = firstLine(await readText(io, file))
  if (password !== '') return password
  const name = file === '-' ? 'stdin' : file
  throw new RafkaError('INVALID_ARGUMENT', `--password-file: the first line of ${name} is empty`)
}
