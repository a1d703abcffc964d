import { chmodSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { localSocketPath } from './local-socket.ts'
import { readOwner } from './owner-file.ts'

const ASK_BOUND_MS = 1000

/**
 * Beside the socket that a data directory is served on, its owner may listen on another one: whoever connects to it has to own the directory, and says so by that.
 * Nothing is sent either way. Has the same length as the other one, for which the kernel has a limit.
 */
function successionPath(socketPath: string): string {
  return socketPath.replace(/\.sock$/, '.next')
}

/** Hears of those that have to own a directory. */
export interface Succession {
  close(): void
}

/**
 * Listens for them, without keeping the process alive. For the holder of the directory's lock.
 * @param socketPath that the directory is served on
 */
export async function hearSuccessors(socketPath: string, onAsked: () => void): Promise<Succession> {
  const path = successionPath(socketPath)
  // Left behind by an owner that was killed.
  rmSync(path, { force: true })
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.destroy()
    onAsked()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path }, resolve)
  })
  chmodSync(path, 0o600)
  server.unref()
  return { close: () => void server.close() }
}

/** Asks the owner of a directory to let go of it. @returns whether it will; an owner that needs it itself does not listen */
export function askForDirectory(directory: string): Promise<boolean> {
  const path = successionPath(readOwner(directory)?.socket ?? localSocketPath(directory))
  return new Promise((resolve) => {
    const socket = connect({ path })
    socket.setTimeout(ASK_BOUND_MS, () => socket.destroy())
    let heard = false
    socket.once('connect', () => {
      heard = true
      socket.destroy()
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve(heard))
  })
}
