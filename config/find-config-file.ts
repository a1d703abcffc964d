import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { RafkaError } from '../src/index.ts'
import { fileReason } from './file-reason.ts'

/** A configuration file that was read. */
export interface ConfigFile {
  /** Absolute. */
  readonly file: string
  readonly text: string
  /** Whether others than its owner may read it; left out: it was not read from there. */
  readonly isOpenToOthers?: boolean
}

/** What the search for a file depends on. */
export interface FileSearch {
  /** From `--config` or `RAFKA_CONFIG`; `none`: read no file. */
  readonly named?: string | undefined
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** This user's id; undefined on systems that have none. */
  readonly uid?: number | undefined
}

const MAX_FILE_BYTES = 1024 * 1024
/** The bits of a file's mode by which its group and all others may read it. */
const OTHERS_READ = 0o044

/** The files that hold, either of which may be missing. */
export interface ConfigFiles {
  /** `rafka.yaml` here or in the nearest folder above. */
  readonly nearest: ConfigFile | undefined
  /** The user's, or the one that was named in place of both: it may have profiles. */
  readonly users: ConfigFile | undefined
}

/**
 * Finds and reads the files of the configuration.
 * @throws RafkaError `INVALID_CONFIGURATION` when the named one cannot be read, and when a found one belongs to another user:
 *   it could name hooks, and hooks are code
 */
export function findConfigFiles(search: FileSearch): ConfigFiles {
  if (search.named === 'none') return { nearest: undefined, users: undefined }
  if (search.named !== undefined) return { nearest: undefined, users: readNamed(resolve(search.cwd, search.named)) }
  return { nearest: readNearest(search), users: readIfPresent(usersConfigFile(search.env), search.uid) }
}

function readNearest({ cwd, uid }: FileSearch): ConfigFile | undefined {
  for (let folder = resolve(cwd), above = ''; folder !== above; above = folder, folder = dirname(folder)) {
    const found = readIfPresent(join(folder, 'rafka.yaml'), uid)
    if (found !== undefined) return found
  }
  return undefined
}

/** Where the user's own file is, or would be: it holds the profiles too. */
export function usersConfigFile(env: FileSearch['env']): string {
  const xdg = env.XDG_CONFIG_HOME
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(env.HOME ?? homedir(), '.config')
  return join(base, 'rafka', 'config.yaml')
}

function readNamed(file: string): ConfigFile {
  try {
    return { file, ...readBounded(file, undefined) }
  } catch (error) {
    if (error instanceof RafkaError) throw error
    throw unreadable(file, error)
  }
}

function readIfPresent(file: string, uid: number | undefined): ConfigFile | undefined {
  try {
    return { file, ...readBounded(file, uid) }
  } catch (error) {
    if (error instanceof RafkaError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw unreadable(file, error)
  }
}

/** Looks at the owner of what was opened, not of what the name leads to a moment later. */
function readBounded(file: string, uid: number | undefined): Omit<ConfigFile, 'file'> {
  const opened = openSync(file, 'r')
  try {
    const stat = fstatSync(opened)
    if (uid !== undefined && stat.uid !== uid) throw notOurs(file, stat.uid)
    if (stat.size > MAX_FILE_BYTES) {
      throw invalid(file, `${file} has ${stat.size} bytes; a configuration has at most ${MAX_FILE_BYTES}`)
    }
    // Windows has no such bits.
    const isOpenToOthers = process.platform !== 'win32' && (stat.mode & OTHERS_READ) !== 0
    return { text: readFileSync(opened, 'utf8'), isOpenToOthers }
  } finally {
    closeSync(opened)
  }
}

function notOurs(file: string, owner: number): RafkaError {
  return invalid(
    file,
    `${file} was found by searching and belongs to another user (id ${owner}): it is not read, since it could name hooks, which are code. ` +
      `Name it with --config if you trust it, or use --config none`,
  )
}

function unreadable(file: string, error: unknown): RafkaError {
  const reason =
    (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read: ${fileReason(error)}`
  return invalid(file, `the configuration file ${file} ${reason}`, error)
}

function invalid(file: string, message: string, cause?: unknown): RafkaError {
  return new RafkaError('INVALID_CONFIGURATION', message, { cause, details: { file } })
}
