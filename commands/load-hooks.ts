import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { HookConfig } from '../config/list-kinds.ts'
import type { Config } from '../config/load-config.ts'
import { type Hook, RafkaError } from '../src/index.ts'

/**
 * Loads the hooks that the configuration names, in its order. A module exports, as `default` or as `hook`, a hook or a function that
 * makes one of the options.
 * @throws RafkaError `INVALID_CONFIGURATION` naming key, file and line
 */
export async function loadHooks(config: Config): Promise<Hook[]> {
  const hooks: Hook[] = []
  for (const entry of config.get('hooks') ?? []) {
    try {
      hooks.push(await loadHook(entry))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const origin = config.origin('hooks')
      const where = 'line' in origin ? `${origin.file}:${origin.line}: ` : ''
      throw new RafkaError('INVALID_CONFIGURATION', `${where}hooks: ${entry.module} cannot be loaded: ${reason}`, {
        cause: error,
        details: { key: 'hooks' },
      })
    }
  }
  return hooks
}

async function loadHook({ module, options, topics }: HookConfig): Promise<Hook> {
  const loaded: unknown = await import(isAbsolute(module) ? pathToFileURL(module).href : module)
  const { default: byDefault, hook: byName } = loaded as { default?: unknown; hook?: unknown }
  const exported = byDefault ?? byName
  const made: unknown = typeof exported === 'function' ? await exported(options) : exported
  if (typeof made !== 'object' || made === null) throw new Error('it exports no hook, neither as default nor as "hook"')
  const hook = made as Hook
  if (typeof hook.name !== 'string') throw new Error('the hook has no name')
  // The methods may be a class's: what is made of the hook must still have them.
  return topics === undefined ? hook : Object.assign(Object.create(hook) as Hook, { topics })
}
