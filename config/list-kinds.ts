import { isAbsolute, resolve } from 'node:path'
import { type Address, formatAddress, parseAddress } from './address.ts'
import { nearestName } from './nearest-name.ts'
import { splitCommas, type ValueKind, ValueProblem } from './value-kinds.ts'

/** Kafka's port. */
const DEFAULT_PORT = 9092

/** One address that the broker listens on. */
export interface ListenerConfig extends Address {
  /** What clients are told to connect to; the address itself when left out. */
  readonly advertised?: Address
}

/** A hook to load at the start of the broker. */
export interface HookConfig {
  /** An absolute path or the name of a package. */
  readonly module: string
  /** Handed to the module as it stands. */
  readonly options: unknown
  /** Topics whose records it sees; all when left out. */
  readonly topics?: readonly string[]
}

/** Addresses of brokers: a YAML list, or text with commas. The port is Kafka's when left out. */
export const addressList: ValueKind<readonly string[]> = {
  expects: 'a list of host:port',
  read(value) {
    const items = Array.isArray(value) ? value : splitCommas(String(value))
    return items.map((item, index) => {
      const address = typeof item === 'string' ? parseAddress(item, DEFAULT_PORT) : undefined
      if (address === undefined) throw new ValueProblem(`${JSON.stringify(item)} is not host:port`, [index])
      return formatAddress(address)
    })
  },
}

/** Listeners: a YAML list of mappings or of `host:port`, or text with commas. */
export const listenerList: ValueKind<readonly ListenerConfig[]> = {
  expects: 'a list of listeners, each { host, port, advertised } or host:port',
  read(value) {
    const items = Array.isArray(value) ? value : typeof value === 'string' ? splitCommas(value) : undefined
    return items?.map((item, index) => readListener(item, index))
  },
}

function readListener(item: unknown, index: number): ListenerConfig {
  if (typeof item === 'string') return readAddress(item, [index])
  const { host, port, advertised } = readMapping(item, ['host', 'port', 'advertised'], [index])
  if (host !== undefined && typeof host !== 'string') throw new ValueProblem('host: expected text', [index, 'host'])
  if (port !== undefined && !isPort(port)) {
    throw new ValueProblem(`port: expected a whole number from 0 to 65535, not ${JSON.stringify(port)}`, [
      index,
      'port',
    ])
  }
  const address = { host: host ?? '127.0.0.1', port: port ?? DEFAULT_PORT }
  if (advertised === undefined) return address
  return { ...address, advertised: readAddress(advertised, [index, 'advertised'], address.port) }
}

function readAddress(value: unknown, at: ReadonlyArray<string | number>, port = DEFAULT_PORT): Address {
  const address = typeof value === 'string' ? parseAddress(value, port) : undefined
  if (address === undefined) throw new ValueProblem(`${JSON.stringify(value)} is not host:port`, at)
  return address
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535
}

/** Hooks: a YAML list of mappings with `module`, and maybe `options` and `topics`. */
export const hookList: ValueKind<readonly HookConfig[]> = {
  expects: 'a list of hooks, each { module, options, topics }',
  read: (value, base) => (Array.isArray(value) ? value.map((item, index) => readHook(item, index, base)) : undefined),
}

function readHook(item: unknown, index: number, base: string): HookConfig {
  const { module, options, topics } = readMapping(item, ['module', 'options', 'topics'], [index])
  if (typeof module !== 'string' || module === '') {
    throw new ValueProblem('a hook needs a module: a path or the name of a package', [index])
  }
  const isPath = isAbsolute(module) || module.startsWith('./') || module.startsWith('../')
  const hook = { module: isPath ? resolve(base, module) : module, options }
  if (topics === undefined) return hook
  if (!Array.isArray(topics) || !topics.every((topic) => typeof topic === 'string')) {
    throw new ValueProblem('topics: expected a list of names', [index, 'topics'])
  }
  return { ...hook, topics }
}

/** The named fields of a mapping. @throws ValueProblem for another field, or when it is no mapping */
function readMapping<const Field extends string>(
  item: unknown,
  fields: readonly Field[],
  at: readonly number[],
): { readonly [F in Field]?: unknown } {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new ValueProblem(`expected a mapping with ${fields.join(', ')}`, at)
  }
  for (const name of Object.keys(item)) {
    if (fields.some((field) => field === name)) continue
    const near = nearestName(name, fields)
    const suggestion = near === undefined ? `known are ${fields.join(', ')}` : `did you mean "${near}"?`
    throw new ValueProblem(`unknown key "${name}"; ${suggestion}`, [...at, name])
  }
  return item
}
