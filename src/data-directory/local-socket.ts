import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { unusableDirectory } from './prepare-directory.ts'

/** The kernel's limit is 107 bytes on Linux and 103 on macOS. */
const MAX_PATH_BYTES = 100

/**
 * Where the owner of a data directory serves it to this user's other programs: `rafka.sock` in it; where that path is too long for the
 * kernel, a name that follows from the directory, in `$XDG_RUNTIME_DIR` or in a directory of this user's in the temporary one.
 * @param directory its real path
 */
export function localSocketPath(
  directory: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const inside = join(directory, 'rafka.sock')
  const name = `${createHash('sha256').update(directory).digest('hex').slice(0, 24)}.sock`
  const mine = `rafka-${process.getuid?.() ?? 'user'}`
  const runtime = env.XDG_RUNTIME_DIR
  const places = [
    inside,
    ...(runtime !== undefined && isAbsolute(runtime) && existsSync(runtime) ? [join(runtime, mine, name)] : []),
    join(tmpdir(), mine, name),
    join('/tmp', mine, name),
  ]
  return places.find((path) => Buffer.byteLength(path) <= MAX_PATH_BYTES) ?? inside
}

/**
 * Makes sure that nobody else can plant or reach the socket: the directory that it is in, unless that is the data directory, must be this
 * user's alone; it is created if missing.
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`
 */
export function secureSocketDirectory(directory: string, socketPath: string): void {
  const parent = dirname(socketPath)
  if (parent === directory) return
  mkdirSync(parent, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(parent)
  const isMine = uid === (process.getuid?.() ?? uid) && (mode & 0o077) === 0 && (mode & 0o170000) === 0o040000
  if (isMine) return
  const reason = `its local socket belongs in ${parent}, which must be a directory of this user with mode 0700; correct that, or use a shorter path`
  throw unusableDirectory(directory, reason)
}
