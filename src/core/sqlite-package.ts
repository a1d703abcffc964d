import type { default as Package } from 'better-sqlite3'

const FIRST_NODE_API = 10

/**
 * SQLite for the Node that runs. better-sqlite3 13 is built on Node-API 10, which Node 20 does not have: there it ends the process with a segmentation fault. Version 12 is
 * built on V8 itself, and since Node 24.19 the garbage collector ends a process that uses it (`RemoveEnvironmentCleanupHook`). So both are dependencies, and
 * optional ones: npm leaves out what the Node it runs on cannot have.
 */
export const Sqlite: typeof Package = await load()

async function load(): Promise<typeof Package> {
  const isNew = Number(process.versions.napi) >= FIRST_NODE_API
  try {
    return isNew ? (await import('better-sqlite3')).default : (await import('better-sqlite3-12')).default
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    const name = isNew ? 'better-sqlite3' : 'better-sqlite3-12'
    const message = `${name}, which Node ${process.versions.node} needs for SQLite, is not installed: install rafka again with this Node, its optional dependencies too`
    throw new Error(message, { cause: error })
  }
}
