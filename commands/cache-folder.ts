import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * Where what can be made again is kept: `$XDG_CACHE_HOME/rafka`, else `~/.cache/rafka`. A relative XDG_CACHE_HOME counts as not set, as its specification says.
 * @throws Error for a user whom the system does not know
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const xdg = env.XDG_CACHE_HOME
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(env.HOME ?? homedir(), '.cache')
  return join(base, 'rafka')
}
