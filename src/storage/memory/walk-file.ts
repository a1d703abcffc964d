import { open } from 'node:fs/promises'
import { describeCause } from '../refusal.ts'
import { decodeFileHeader, type FileHeader, fileHeaderBytes, formatVersion } from './file-header.ts'
import { FrameReader, readFully } from './frame-reader.ts'
import { decodeItems, type Item } from './item-codec.ts'
import { newerFile } from './stored-file.ts'

/** Who is told what a file holds, in order. */
export interface FileVisitor {
  readonly onItem: (item: Item, at: number) => void
  /** From `at` on, the file is not what was written; what follows is told nevertheless. `torn`: nothing does. */
  readonly onDamage: (at: number, what: string, torn: boolean) => void
}

/**
 * Goes through a file of the memory engine past all damage.
 * @throws RafkaError `STORAGE_VERSION_UNSUPPORTED`
 */
export async function walkFile(path: string, kind: FileHeader['kind'], visitor: FileVisitor): Promise<void> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    if (size < fileHeaderBytes) return visitor.onDamage(0, 'the file is shorter than its header', true)
    const header = decodeFileHeader(kind, await readFully(handle, 0, fileHeaderBytes))
    // Without the salt in it no frame can be told from other bytes.
    if (header === undefined) return visitor.onDamage(0, 'its header is damaged: nothing in it can be read', false)
    if (header.version > formatVersion) throw newerFile(path, header.version)
    await walkFrames(new FrameReader(handle, { salt: header.salt, at: fileHeaderBytes, size }), size, visitor)
  } finally {
    await handle.close()
  }
}

async function walkFrames(frames: FrameReader, size: number, visitor: FileVisitor): Promise<void> {
  for (;;) {
    const frame = await frames.next()
    if (frame !== undefined) {
      try {
        for (const item of decodeItems(frame.payload)) visitor.onItem(item, frame.at)
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        visitor.onDamage(frame.at, describeCause(error), false)
      }
      continue
    }
    const at = frames.at
    if (at >= size) return
    const goesOn = await frames.skipDamage()
    visitor.onDamage(
      at,
      goesOn ? `no sound frame begins there; the next does at byte ${frames.at}` : 'no sound frame begins there',
      !goesOn,
    )
  }
}
