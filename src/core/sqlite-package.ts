import { createRequire } from 'node:module'
import type Package from 'better-sqlite3'

const FIRST_NODE_API = 10

/**
 * SQLite for the Node that runs. better-sqlite3 13 is built on Node-API 10, which Node 20 does not have: there it ends the process with a segmentation fault. Version 12 is
 * built on V8 itself, and since Node 24.19 the garbage collector ends a process that uses it (`RemoveEnvironmentCleanupHook`). So both are dependencies, and
 * optional ones: npm leaves out what the Node it runs on cannot have.
 */
export const Sqlite: typeof Package = load()

function load(): typeof Package {
  const name = Number(process.versions.napi) >= FIRST_NODE_API ? 'better-sqlite3' : 'better-sqlite3-12'
  try {
    // By `require`: a module that awaits would make all that import it wait, and a thread that is ended meanwhile takes the process with it.
    return createRequire(import.meta.url)(name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    const message = `${name}, which Node ${process.versions.node} needs for SQLite, is not installed: install rafka again with this Node, its optional dependencies too`
    throw new Error(message, { cause: error })
  }
}
