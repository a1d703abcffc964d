import { mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Document, isMap, parseDocument, visit } from 'yaml'
import { RafkaError } from '../src/index.ts'
import type { ConfigKeyName } from './config-keys.ts'
import { fileReason } from './file-reason.ts'
import { type FileSearch, findConfigFiles, usersConfigFile } from './find-config-file.ts'
import { nearestName } from './nearest-name.ts'
import { type FileContents, profileName, readConfigFile } from './read-config-file.ts'

/**
 * The file that holds the profiles, to be changed: the user's own, or the one that was named. Comments and the order of what is in it stay.
 * Only its owner may read it.
 */
export class ProfilesFile {
  readonly file: string
  readonly #document: Document.Parsed

  private constructor(file: string, text: string) {
    this.file = file
    this.#document = parseDocument(text)
  }

  /** @throws RafkaError `INVALID_CONFIGURATION` when it is broken, `INVALID_ARGUMENT` when no file is to be read */
  static read(search: FileSearch): ProfilesFile {
    if (search.named === 'none') {
      throw new RafkaError('INVALID_ARGUMENT', 'profiles are in a file, and --config none says to read none')
    }
    const found = findConfigFiles(search).users
    if (found !== undefined) readConfigFile(found, true)
    const file = search.named === undefined ? usersConfigFile(search.env) : resolve(search.cwd, search.named)
    return new ProfilesFile(found?.file ?? file, found?.text ?? '')
  }

  get text(): string {
    return this.#document.contents === null ? '' : String(this.#document)
  }

  /** What it says now, checked. */
  contents(): FileContents {
    return readConfigFile({ file: this.file, text: this.text }, true)
  }

  /** @throws RafkaError `INVALID_ARGUMENT` when there is none, with the nearest one */
  require(name: string): void {
    const names = [...this.contents().profiles.keys()]
    if (names.includes(name)) return
    const near = nearestName(name, names)
    const hint = near === undefined ? 'rafka profile list' : `did you mean "${near}"?  rafka profile list`
    throw new RafkaError('RESOURCE_NOT_FOUND', `there is no profile "${name}"`, { details: { profile: name, hint } })
  }

  /** @throws RafkaError `INVALID_ARGUMENT` for a name that cannot be one, or that is taken */
  refuseTaken(name: string): void {
    if (!profileName.test(name)) {
      throw new RafkaError('INVALID_ARGUMENT', `${JSON.stringify(name)} is no name for a profile`, {
        details: { hint: 'letters, digits, ".", "_" and "-", at most 64' },
      })
    }
    if (this.contents().profiles.has(name)) {
      throw new RafkaError('INVALID_ARGUMENT', `there is a profile "${name}" already`, {
        details: { profile: name, hint: 'rafka profile edit changes it' },
      })
    }
  }

  /** A new profile: what `from` has, under what is given. */
  create(name: string, settings: ReadonlyMap<ConfigKeyName, unknown>, from: string | undefined): void {
    const base = from === undefined ? {} : (this.#plain(['profiles', from]) as Record<string, unknown> | null)
    this.#set(['profiles', name], { ...base, ...Object.fromEntries(settings) })
  }

  /** Makes a profile the current one, and remembers the one that was. */
  use(name: string): void {
    const before = this.#plain(['current'])
    if (before === name) return
    if (typeof before === 'string') this.#set(['previous'], before)
    this.#set(['current'], name)
  }

  /** The one that was current before. */
  get previous(): string | undefined {
    const previous = this.#plain(['previous'])
    return typeof previous === 'string' ? previous : undefined
  }

  delete(name: string): void {
    this.#document.deleteIn(['profiles', name])
    for (const key of ['current', 'previous']) if (this.#plain([key]) === name) this.#document.delete(key)
  }

  rename(from: string, to: string): void {
    const profiles = this.#document.get('profiles', true)
    if (!isMap(profiles)) return
    for (const pair of profiles.items) {
      if (String(pair.key) === from) pair.key = this.#document.createNode(to)
    }
    for (const key of ['current', 'previous']) if (this.#plain([key]) === from) this.#set([key], to)
  }

  /** Writes it anew, aside and then in its place; for its owner's eyes alone. @throws RafkaError `INVALID_CONFIGURATION` */
  save(): void {
    this.contents()
    replaceFile(this.file, this.text)
  }

  #plain(path: readonly string[]): unknown {
    const node = this.#document.getIn(path, true)
    return typeof node === 'object' && node !== null && 'toJS' in node
      ? (node as { toJS(document: Document): unknown }).toJS(this.#document)
      : undefined
  }

  #set(path: readonly string[], value: unknown): void {
    if (this.#document.contents === null) this.#document.contents = this.#document.createNode({}) as never
    const node = this.#document.createNode(value)
    // Lists of brokers on one line, as people write them.
    visit(node, {
      Seq(_, list) {
        list.flow = true
      },
    })
    this.#document.setIn(path, node)
  }
}

/** Puts a text in the place of a file, whole or not at all. Where the file is a link, what it leads to is replaced. */
export function replaceFile(file: string, text: string): void {
  const target = realFile(file)
  const aside = `${target}.${process.pid}.new`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(aside, text, { mode: 0o600, flag: 'wx' })
    renameSync(aside, target)
  } catch (error) {
    rmSync(aside, { force: true })
    throw new RafkaError('INVALID_CONFIGURATION', `${file} cannot be written: ${fileReason(error)}`, {
      cause: error,
      details: { file },
    })
  }
}

function realFile(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}
