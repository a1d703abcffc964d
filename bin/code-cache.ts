import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { cacheFolder } from '../commands/cache-folder.ts'

const MAX_FILE_BYTES = 16 * 1024 * 1024
const MAX_FILES = 32
const CHECKSUM_BYTES = 4
const WRITABLE_BY_OTHERS = 0o022
/** Also one that a process that was killed had not put in place. Whatever else lies in the folder is not ours. */
const fileName = /^[a-z-]+-[0-9a-f]+-v.+\.code(\.\d+)?$/i

type Environment = Readonly<Record<string, string | undefined>>

/**
 * What V8 compiled of the program for one command, in a file of the user's: `$NODE_COMPILE_CACHE/rafka-code`, else `$XDG_CACHE_HOME/rafka/code`, else `~/.cache/rafka/code`; nowhere with
 * `NODE_DISABLE_COMPILE_CACHE`. Each command has its own, as each runs other parts. The newest 32 files, of some 1 MB each, are kept.
 *
 * The file is code, and V8 believes it: it is read only if this user alone can have written it and its checksum is right. Whatever else is wrong with it, or with
 * its place, the program runs without.
 */
export class CodeCache {
  readonly file: string

  private constructor(file: string) {
    this.file = file
  }

  /** `argv`: without `node` and `rafka`. Undefined where nothing is to be kept. */
  static for(argv: readonly string[], source: Uint8Array, env: Environment = process.env): CodeCache | undefined {
    const folder = folderIn(env)
    const command = commandIn(argv)
    if (folder === undefined || command === undefined) return undefined
    const program = crc32(source).toString(16)
    return new CodeCache(join(folder, `${command}-${program}-${process.version}-${process.arch}.code`))
  }

  read(): Buffer | undefined {
    try {
      const bytes = readOwn(this.file)
      const end = bytes.length - CHECKSUM_BYTES
      const code = bytes.subarray(0, end)
      return crc32(code) === bytes.readUInt32LE(end) ? code : undefined
    } catch {
      return undefined
    }
  }

  write(code: Buffer): void {
    const aside = `${this.file}.${process.pid}`
    try {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 })
      const checksum = Buffer.alloc(CHECKSUM_BYTES)
      checksum.writeUInt32LE(crc32(code))
      writeFileSync(aside, Buffer.concat([code, checksum]), { mode: 0o600, flag: 'wx' })
      renameSync(aside, this.file)
      removeOldest(dirname(this.file))
    } catch {
      remove(aside)
    }
  }
}

function folderIn(env: Environment): string | undefined {
  if (env.NODE_DISABLE_COMPILE_CACHE) return undefined
  if (env.NODE_COMPILE_CACHE) return join(env.NODE_COMPILE_CACHE, 'rafka-code')
  try {
    return join(cacheFolder(env), 'code')
  } catch {
    // A user whom the system does not know, as in many containers.
    return undefined
  }
}

/** The first word, which names a command or a group of them; help runs other parts than what it tells of. */
function commandIn(argv: readonly string[]): string | undefined {
  if (argv.includes('--help') || argv.includes('-h')) return 'help'
  const [first = 'repl'] = argv
  return /^[-_]{0,2}[a-z][a-z-]{0,30}$/i.test(first) ? first.replace(/^[-_]+/, '') : undefined
}

/** @throws Error where it is not there, cannot be read, is too large, or others may have written it */
function readOwn(path: string): Buffer {
  const file = openSync(path, 'r')
  try {
    const { uid, mode, size } = fstatSync(file)
    const isOwn = process.geteuid === undefined || (uid === process.geteuid() && (mode & WRITABLE_BY_OTHERS) === 0)
    if (!isOwn || size > MAX_FILE_BYTES) throw new Error(`${path} is not to be trusted`)
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

function removeOldest(folder: string): void {
  const files = readdirSync(folder).flatMap((name) => (fileName.test(name) ? [join(folder, name)] : []))
  if (files.length <= MAX_FILES) return
  const ages = files.map((path) => ({ path, written: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
  for (const { path } of ages.sort((one, other) => other.written - one.written).slice(MAX_FILES)) remove(path)
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // It is another's, or the file system is read-only: then it stays.
  }
}
