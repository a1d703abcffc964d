import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { clientSecurity } from '../../config/client-security.ts'
import { configKeyNames, environmentName } from '../../config/config-keys.ts'
import type { Config } from '../../config/load-config.ts'
import { nearestName } from '../../config/nearest-name.ts'
import { RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand, type NoFlags } from '../command.ts'
import type { Io } from '../io.ts'
import { type DocumentOf, flag, list, nullable, object, text } from '../output/shape.ts'

/** Variables that are read and are no keys. */
const otherVariables = ['RAFKA_CONFIG', 'RAFKA_PROFILE', 'RAFKA_NO_COLOR']

const shape = object({ ok: flag, files: list(text), profile: nullable(text), warnings: list(text) })

/** `rafka config check`: ends with status 2 at a mistake. */
export const checkConfig: CommandSpec<NoFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka config check', 'what commands started here would use'],
    ['rafka config check --config prod.yaml', 'a file before it is used'],
  ],
  declare: (command) => command,
  shape,
  async run(context) {
    const config = await context.config()
    checkHooks(config)
    clientSecurity(config)
    const warnings = unknownVariables(context.io.env)
    for (const warning of warnings) if (context.form === 'table') context.terminal.warn(`warning: ${warning}`)
    const { files } = config
    return {
      document: { ok: true, files, profile: config.profile?.name ?? null, warnings },
      table: { columns: [{ title: 'WARNING' }], rows: warnings.map((warning) => [warning]) },
      view:
        files.length === 0 ? ['no file; defaults and environment are good'] : files.map((file) => `${file} is good`),
    }
  },
})

function checkHooks(config: Config): void {
  for (const { module } of config.get('hooks') ?? []) {
    if (!isAbsolute(module) || existsSync(module)) continue
    const origin = config.origin('hooks')
    const where = 'line' in origin ? `${origin.file}:${origin.line}: ` : ''
    throw new RafkaError('INVALID_CONFIGURATION', `${where}hooks: ${module} does not exist`, {
      details: { key: 'hooks' },
    })
  }
}

/** Others may have variables that begin like ours, so one that is not known is no error; it may still be a typing error. */
function unknownVariables(env: Io['env']): string[] {
  const known = [...configKeyNames.map(environmentName), ...otherVariables]
  return Object.keys(env)
    .filter((name) => name.startsWith('RAFKA_') && !known.includes(name))
    .sort()
    .map((name) => {
      const near = nearestName(name, known)
      return `${name} is not known and has no effect${near === undefined ? '' : `; did you mean ${near}?`}`
    })
}
