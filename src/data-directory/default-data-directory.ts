import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** The user's own data directory: `$XDG_DATA_HOME/rafka`, else `~/.local/share/rafka`. A relative XDG_DATA_HOME counts as not set, as its specification says. */
export function defaultDataDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const dataHome = env.XDG_DATA_HOME
  const base = dataHome !== undefined && isAbsolute(dataHome) ? dataHome : join(homedir(), '.local', 'share')
  return join(base, 'rafka')
}
