import type { Change } from '../../core/storage-engine.ts'
import type { FileHeader } from './file-header.ts'
import { walFile } from './file-names.ts'
import type { FrameAt } from './frame-reader.ts'
import { decodeItems, type Item } from './item-codec.ts'
import { MemoryDraft, type MemoryState } from './memory-state.ts'
import { corruptFile, type StoredFile, withStoredFile } from './stored-file.ts'

/** How a write-ahead log was found. */
export interface ReplayedWal {
  /** Bytes of whole frames, with the header: what may be kept. 0 when a crash cut its creation short. */
  readonly soundBytes: number
  /** Bytes behind them: the torn end of a write that was never acknowledged. */
  readonly tornBytes: number
  /** Frames with changes in them. */
  readonly frameCount: number
  /** Bytes that the log before it had; undefined when its header was never written. */
  readonly previousBytes: number | undefined
  /** True when its last frame says that all before is durable. */
  readonly marked: boolean
}

/**
 * Makes the changes in a write-ahead log part of `state`. It ends at the first frame that is not sound, if that can be the torn end of
 * a write that was never acknowledged. `checkHeader` sees the header before anything is replayed.
 * @throws RafkaError `STORAGE_CORRUPT` when a later frame says that what is damaged had been durable, `STORAGE_VERSION_UNSUPPORTED`
 */
export function replayWal(
  directory: string,
  number: number,
  state: MemoryState,
  checkHeader: (header: FileHeader) => void = () => {},
): Promise<ReplayedWal> {
  const path = walFile(directory, number)
  const torn = () => ({ soundBytes: 0, tornBytes: 0, frameCount: 0, previousBytes: undefined, marked: false })
  const replay = (file: StoredFile) => {
    const { header } = file
    if (header.number !== number) throw corruptFile(path, 16, `it is log ${header.number} under the name of ${number}`)
    checkHeader(header)
    return replayFrames(file, state)
  }
  return withStoredFile<ReplayedWal>(path, 'wal', replay, torn)
}

async function replayFrames(file: StoredFile, state: MemoryState): Promise<ReplayedWal> {
  const { frames, header, path } = file
  let frameCount = 0
  let marked = true
  for (let frame = await frames.next(); frame !== undefined; frame = await frames.next()) {
    marked = frame.payloadBytes === 0
    if (marked) continue
    applyFrame(path, frame, state)
    frameCount++
  }
  const soundBytes = frames.at
  const after = await frames.findHeader((next) => next.durableBytes > soundBytes)
  if (after !== undefined) {
    throw corruptFile(
      path,
      soundBytes,
      `no sound frame begins there, but one that was written later does at byte ${after}`,
    )
  }
  return { soundBytes, tornBytes: file.sizeBytes - soundBytes, frameCount, previousBytes: header.previousBytes, marked }
}

function applyFrame(path: string, frame: FrameAt, state: MemoryState): void {
  try {
    const draft = new MemoryDraft(state, Number.POSITIVE_INFINITY)
    draft.add(Array.from(decodeItems(frame.payload), asChange))
    draft.publish()
  } catch (error) {
    throw corruptFile(path, frame.at, 'its changes cannot follow those before', error)
  }
}

function asChange(item: Item): Change {
  if ('log' in item || 'restore' in item || 'logs' in item) throw new RangeError('a part of a snapshot stands in a log')
  return item
}
