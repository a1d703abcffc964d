import type { CatalogEntry } from '../catalog.ts'
import type { KnownNames } from './known-names.ts'

/** What the words after a command name, and whether they have to exist already. */
export interface ArgumentKind {
  readonly names: keyof KnownNames
  readonly mustExist: boolean
}

/** By command: what its first word names; every further word too, where `all` says so. */
const kinds: ReadonlyMap<string, ArgumentKind & { readonly all: boolean }> = new Map([
  ['produce', { names: 'topics', mustExist: false, all: false }],
  ['consume', { names: 'topics', mustExist: true, all: true }],
  ['tail', { names: 'topics', mustExist: true, all: true }],
  ['topics describe', { names: 'topics', mustExist: true, all: true }],
  ['topics alter', { names: 'topics', mustExist: true, all: true }],
  ['topics delete', { names: 'topics', mustExist: true, all: true }],
  ['topics trim', { names: 'topics', mustExist: true, all: false }],
  ['topics add-partitions', { names: 'topics', mustExist: true, all: true }],
  ['topics copy', { names: 'topics', mustExist: false, all: true }],
  ['storage inspect', { names: 'topics', mustExist: true, all: true }],
  ['storage dump', { names: 'topics', mustExist: true, all: true }],
  ['storage compact', { names: 'topics', mustExist: true, all: true }],
  ['bench produce', { names: 'topics', mustExist: false, all: false }],
  ['bench consume', { names: 'topics', mustExist: true, all: false }],
  ['groups describe', { names: 'groups', mustExist: true, all: true }],
  ['groups delete', { names: 'groups', mustExist: true, all: true }],
  ['groups seek', { names: 'groups', mustExist: true, all: false }],
  ['groups delete-offsets', { names: 'groups', mustExist: true, all: false }],
  ['users alter', { names: 'users', mustExist: true, all: true }],
  ['users delete', { names: 'users', mustExist: true, all: true }],
  ['profile use', { names: 'profiles', mustExist: true, all: false }],
  ['profile show', { names: 'profiles', mustExist: true, all: false }],
  ['profile delete', { names: 'profiles', mustExist: true, all: true }],
  ['profile rename', { names: 'profiles', mustExist: true, all: false }],
])

/** What the word number `position` after a command names, from 0; undefined where it names nothing that is known. */
export function argumentKind({ path }: CatalogEntry, position: number): ArgumentKind | undefined {
  const kind = kinds.get(path.join(' '))
  return kind !== undefined && (position === 0 || kind.all) ? kind : undefined
}

/** What the value of a flag names, by the flag's long name. */
export const flagKinds: ReadonlyMap<string, keyof KnownNames> = new Map([
  ['--profile', 'profiles'],
  ['--from', 'profiles'],
  ['--topic', 'topics'],
  ['--topics', 'topics'],
  ['--group', 'groups'],
  ['--config', 'configs'],
  ['--set', 'configs'],
  ['--delete', 'configs'],
  ['--append', 'configs'],
  ['--subtract', 'configs'],
])
