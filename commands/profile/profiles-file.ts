import { ProfilesFile } from '../../config/profiles-file.ts'
import type { CommandContext } from '../context.ts'

/** The file that holds the profiles. @throws RafkaError `INVALID_CONFIGURATION`, `INVALID_ARGUMENT` */
export function profilesFile({ io, flags }: CommandContext): ProfilesFile {
  const named = flags.config ?? (io.env.RAFKA_CONFIG === '' ? undefined : io.env.RAFKA_CONFIG)
  return ProfilesFile.read({ named, cwd: io.cwd, env: io.env, uid: process.getuid?.() })
}
