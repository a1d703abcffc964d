import { type FileHandle, open } from 'node:fs/promises'

/** What the operating system says when there is no room: later there may be. */
const noRoom = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** True for the error of a write for which there was no room. */
export function isNoRoom(error: unknown): boolean {
  return error instanceof Error && 'code' in error && noRoom.has(String(error.code))
}

/** Writes all pieces, one after the other, from `at` on. A write that the system cuts short is continued. */
export async function writeFully(
  handle: Pick<FileHandle, 'writev'>,
  pieces: readonly Buffer[],
  at: number,
): Promise<void> {
  let left = pieces.filter((piece) => piece.length > 0)
  let position = at
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left, position)
    if (bytesWritten === 0) throw new Error(`nothing could be written at byte ${position}`)
    position += bytesWritten
    left = without(left, bytesWritten)
  }
}

/** Makes the names in a directory durable: what was created, renamed or removed in it. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows has no such call, and needs none.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function without(pieces: readonly Buffer[], written: number): Buffer[] {
  let index = 0
  let rest = written
  while (index < pieces.length && rest >= pieces[index]!.length) rest -= pieces[index++]!.length
  const [first, ...others] = pieces.slice(index)
  return first === undefined ? [] : [first.subarray(rest), ...others]
}
