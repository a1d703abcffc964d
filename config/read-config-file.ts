import { dirname } from 'node:path'
import type { Document, LineCounter, Node, Pair } from 'yaml'
import { isMap, isScalar, LineCounter as Lines, parseDocument } from 'yaml'
import { RafkaError } from '../src/index.ts'
import {
  type ConfigKeyName,
  configKeyNames,
  configKeys,
  hidden,
  isConfigKey,
  isSecret,
  shownValue,
} from './config-keys.ts'
import type { ConfigFile } from './find-config-file.ts'
import { nearestName } from './nearest-name.ts'
import { ValueProblem } from './value-kinds.ts'

/** A value out of a file. */
export interface FileValue {
  readonly value: unknown
  /** As it was written, on one line. */
  readonly text: string
  readonly line: number
}

/** What a file says. */
export interface FileContents {
  readonly values: ReadonlyMap<ConfigKeyName, FileValue>
  /** The profile that is used unless another one is named. */
  readonly current: FileValue | undefined
  /** Values by the names of profiles. */
  readonly profiles: ReadonlyMap<string, ReadonlyMap<ConfigKeyName, FileValue>>
}

/** What a profile may be called. */
export const profileName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/

/**
 * Reads a YAML file into values by the full names of their keys. `storage: { type: … }` and `storage.type: …` mean the same.
 * @throws RafkaError `INVALID_CONFIGURATION` with file and line for broken YAML, an unknown key (with the nearest right one), a wrong value,
 *   for profiles in a file that must have none, and for a secret in one that others may read
 */
export function readConfigFile(source: ConfigFile, mayHaveProfiles: boolean): FileContents {
  const contents = readContents(source, mayHaveProfiles)
  if (source.isOpenToOthers === true) refuseSecrets(source.file, contents)
  return contents
}

function refuseSecrets(file: string, { values, profiles }: FileContents): void {
  for (const part of [values, ...profiles.values()]) {
    for (const [name, { line }] of part) {
      if (!isSecret(name)) continue
      throw new RafkaError(
        'INVALID_CONFIGURATION',
        `${file}:${line}: ${name} is a secret, and others may read this file`,
        {
          details: { file, line, key: name, hint: `chmod 600 ${file}` },
        },
      )
    }
  }
}

function readContents({ file, text }: ConfigFile, mayHaveProfiles: boolean): FileContents {
  const lines = new Lines()
  const document = parseDocument(text, { lineCounter: lines, strict: true, logLevel: 'silent' })
  const reader: Reader = { file, text, lines, document, values: new Map() }
  const broken = document.errors[0]
  if (broken !== undefined) {
    throw problem(reader, broken.pos[0], undefined, messageOf(broken.message, text))
  }
  const profiles = new Map<string, ReadonlyMap<ConfigKeyName, FileValue>>()
  const root = document.contents
  if (isEmpty(root)) return { values: reader.values, current: undefined, profiles }
  const { own, ofProfiles } = partsOf(reader, root)
  for (const pair of own) readPair(reader, pair, '')
  const misplaced = mayHaveProfiles ? undefined : [...ofProfiles.values()][0]
  if (misplaced !== undefined) {
    throw problem(
      reader,
      startOf(misplaced.key),
      'profiles',
      "profiles belong into the user's file, or one named with --config",
    )
  }
  readProfiles(reader, ofProfiles.get('profiles')?.value ?? null, profiles)
  return { values: reader.values, current: readCurrent(reader, ofProfiles.get('current')), profiles }
}

/** Without the place, which is told in front; and without what stands there, where it may be a secret. */
function messageOf(message: string, text: string): string {
  const told = message.split('\n')[0]!.replace(/ at line .*$/, '')
  return text.includes('password') ? told.replace(/: .*$/, '') : told
}

/** The pairs that are about profiles by their names, and all others. */
function partsOf(reader: Reader, root: Node) {
  if (!isMap(root)) throw problem(reader, startOf(root), '', 'the file must be a mapping of keys to values')
  const pairs = root.items as Array<Pair<Node, Node | null>>
  const nameOf = ({ key }: Pair<Node, Node | null>) => (isScalar(key) ? String(key.value) : '')
  const isOfProfiles = (pair: Pair<Node, Node | null>) => ['profiles', 'current', 'previous'].includes(nameOf(pair))
  return {
    own: pairs.filter((pair) => !isOfProfiles(pair)),
    ofProfiles: new Map(pairs.filter(isOfProfiles).map((pair) => [nameOf(pair), pair])),
  }
}

function readProfiles(
  reader: Reader,
  node: Node | null,
  profiles: Map<string, ReadonlyMap<ConfigKeyName, FileValue>>,
): void {
  if (isEmpty(node)) return
  const section = resolved(reader, node)
  if (!isMap(section))
    throw problem(reader, startOf(node), 'profiles', '"profiles" must be a mapping of names to profiles')
  for (const { key, value } of section.items as Array<Pair<Node, Node | null>>) {
    const name = isScalar(key) ? String(key.value) : ''
    if (!profileName.test(name)) {
      throw problem(
        reader,
        startOf(key),
        'profiles',
        `${JSON.stringify(name)} is no name for a profile: letters, digits, ".", "_", "-"`,
      )
    }
    const ofProfile: Reader = { ...reader, values: new Map() }
    if (!isEmpty(value)) readSection(ofProfile, resolved(reader, value), '')
    profiles.set(name, ofProfile.values)
  }
}

function readCurrent(reader: Reader, pair: Pair<Node, Node | null> | undefined): FileValue | undefined {
  if (pair === undefined || isEmpty(pair.value)) return undefined
  const at = startOf(pair.key)
  const value = plainValue(reader, pair.value, at)
  if (typeof value !== 'string') throw problem(reader, at, 'current', 'current: expected the name of a profile')
  return { value, text: value, line: lineOf(reader, at) }
}

function isEmpty(node: Node | null): node is null {
  return node === null || (isScalar(node) && node.value === null)
}

interface Reader {
  readonly file: string
  readonly text: string
  readonly lines: LineCounter
  readonly document: Document.Parsed
  readonly values: Map<ConfigKeyName, FileValue>
}

function readSection(reader: Reader, node: Node, section: string): void {
  if (!isMap(node)) {
    const what = section === '' ? 'a profile' : `"${section}"`
    throw problem(reader, startOf(node), section, `${what} must be a mapping of keys to values`)
  }
  for (const pair of node.items) readPair(reader, pair as Pair<Node, Node | null>, section)
}

function readPair(reader: Reader, pair: Pair<Node, Node | null>, section: string): void {
  const at = startOf(pair.key)
  const own = isScalar(pair.key) ? String(pair.key.value) : '?'
  const name = section === '' ? own : `${section}.${own}`
  if (isConfigKey(name)) {
    readValue(reader, name, pair.value, at)
    return
  }
  if (!isSection(name)) throw problem(reader, at, name, `unknown key "${name}"`, suggestion(name))
  if (!isEmpty(pair.value)) readSection(reader, resolved(reader, pair.value), name)
}

function readValue(reader: Reader, name: ConfigKeyName, node: Node | null, keyAt: number): void {
  const earlier = reader.values.get(name)
  if (earlier !== undefined) throw problem(reader, keyAt, name, `"${name}" stands twice, first in line ${earlier.line}`)
  const { kind } = configKeys[name]
  const raw = node === null ? null : plainValue(reader, node, keyAt)
  const written = isSecret(name) ? hidden : writtenText(reader, node)
  try {
    const value = raw === null ? undefined : kind.read(raw, dirname(reader.file))
    if (value === undefined) throw new ValueProblem(`expected ${kind.expects}, not ${shorten(shownValue(name, raw))}`)
    reader.values.set(name, { value, text: written, line: lineOf(reader, keyAt) })
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error
    throw problem(reader, positionInside(node, error.path) ?? keyAt, name, `${name}: ${error.message}`)
  }
}

/** The value without YAML's dress. Aliases of aliases could make much of little: they are counted. */
function plainValue(reader: Reader, node: Node, keyAt: number): unknown {
  try {
    return resolved(reader, node).toJS(reader.document, { maxAliasCount: 100 })
  } catch (error) {
    if (error instanceof RafkaError) throw error
    throw problem(reader, keyAt, undefined, error instanceof Error ? error.message : String(error))
  }
}

/** Where the part of a list or mapping that a problem is about begins. */
function positionInside(node: Node | null, path: ReadonlyArray<string | number>): number | undefined {
  let here: unknown = node
  let found: number | undefined
  for (const step of path) {
    if (here === null || typeof here !== 'object' || !('get' in here) || typeof here.get !== 'function') break
    here = here.get(step, true)
    const range = (here as Node | undefined)?.range
    if (range) found = range[0]
  }
  return found
}

function resolved(reader: Reader, node: Node): Node {
  const target = 'source' in node && 'resolve' in node ? (node as never as Alias).resolve(reader.document) : node
  if (target === undefined) throw problem(reader, startOf(node), undefined, 'an alias names nothing')
  return target
}

interface Alias {
  resolve(document: Document.Parsed): Node | undefined
}

function isSection(name: string): boolean {
  return configKeyNames.some((known) => known.startsWith(`${name}.`))
}

/** `durability` alone is meant as `storage.durability`; everything else by distance. */
function suggestion(name: string): string {
  const last = `.${name}`
  const near =
    configKeyNames.find((known) => known.endsWith(last)) ?? nearestName(name, [...configKeyNames, ...sections])
  // Without this file: it cannot be read while the key is in it.
  return near === undefined ? 'rafka config show --config none lists all' : `did you mean "${near}"?`
}

const sections = [...new Set(configKeyNames.flatMap((name) => (name.includes('.') ? [name.split('.')[0]!] : [])))]

function writtenText(reader: Reader, node: Node | null): string {
  const range = node?.range
  return range ? reader.text.slice(range[0], range[1]).replaceAll(/\s+/g, ' ').trim() : ''
}

function shorten(shown: string): string {
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0
}

function lineOf(reader: Reader, position: number): number {
  return Math.max(1, reader.lines.linePos(position).line)
}

function problem(
  reader: Reader,
  position: number,
  key: string | undefined,
  message: string,
  hint?: string,
): RafkaError {
  const line = lineOf(reader, position)
  return new RafkaError('INVALID_CONFIGURATION', `${reader.file}:${line}: ${message}`, {
    details: {
      file: reader.file,
      line,
      ...(key === undefined ? {} : { key }),
      ...(hint === undefined ? {} : { hint }),
    },
  })
}
