import { isAbsolute, resolve } from 'node:path'
import { formatAddress, parseAddress } from './address.ts'
import { readMapping } from './read-mapping.ts'
import { splitCommas, type ValueKind, ValueProblem } from './value-kinds.ts'

/** Kafka's port. */
export const DEFAULT_PORT = 9092

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
