import { type Config, loadConfig } from '../../config/load-config.ts'
import type { Io } from '../io.ts'

/** The place that the line names, as far as it is typed. */
export function configOf(words: readonly string[], { cwd, env }: Io): Promise<Config> {
  const brokers = flagValue(words, '--brokers') ?? flagValue(words, '-b') ?? flagValue(words, '--bootstrap-server')
  const dataDir = flagValue(words, '--data-dir')
  const flags = new Map([
    ...(brokers === undefined ? [] : [['brokers', { flag: '--brokers', value: brokers }] as const]),
    ...(dataDir === undefined ? [] : [['data-dir', { flag: '--data-dir', value: dataDir }] as const]),
  ])
  const file = flagValue(words, '--config')
  const profile = flagValue(words, '--profile')
  return loadConfig({ cwd, env, flags, file, profile, uid: process.getuid?.() })
}

/** What follows a flag among words: `--flag value` or `--flag=value`. */
export function flagValue(words: readonly string[], flag: string): string | undefined {
  const joined = words.find((word) => word.startsWith(`${flag}=`))
  if (joined !== undefined) return joined.slice(flag.length + 1)
  const at = words.indexOf(flag)
  return at === -1 ? undefined : words[at + 1]
}
