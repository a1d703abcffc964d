import { snapshotFile } from './file-names.ts'
import { decodeItems, type Item } from './item-codec.ts'
import { MemoryLog } from './memory-log.ts'
import { copyBytes, entryCost, logCost, MemoryState } from './memory-state.ts'
import { corruptFile, type StoredFile, withStoredFile } from './stored-file.ts'

type EndItem = Extract<Item, { batches: number }>

/**
 * What a snapshot holds. A snapshot got its name when it was whole, so that any damage to it is told and nothing of it used.
 * @throws RafkaError `STORAGE_CORRUPT`, `STORAGE_VERSION_UNSUPPORTED`
 */
export function loadSnapshot(directory: string, number: number): Promise<MemoryState> {
  const path = snapshotFile(directory, number)
  const torn = (): MemoryState => {
    throw corruptFile(path, 0, 'it is empty')
  }
  return withStoredFile(path, 'snapshot', loadContent, torn)
}

async function loadContent(file: StoredFile): Promise<MemoryState> {
  const state = new MemoryState()
  const { frames } = file
  let end: EndItem | undefined
  for (let frame = await frames.next(); frame !== undefined; frame = await frames.next()) {
    if (end !== undefined) throw corruptFile(file.path, frame.at, 'something follows its end')
    try {
      for (const item of decodeItems(frame.payload)) {
        if ('logs' in item) end = item
        else restoreItem(state, item)
      }
    } catch (error) {
      throw corruptFile(file.path, frame.at, 'its content makes no sense', error)
    }
  }
  if (end === undefined || frames.at !== file.sizeBytes)
    throw corruptFile(file.path, frames.at, 'no sound frame begins there')
  if (!isComplete(state, end)) throw corruptFile(file.path, frames.at, 'it does not hold as much as its end says')
  for (const log of state.logs.values()) state.usedBytes += logCost(log)
  for (const [key, value] of state.entries) state.usedBytes += entryCost(value, key)
  return state
}

/**
 * Makes one item of a snapshot part of `state`.
 * @throws RangeError when it does not fit to those before
 */
function restoreItem(state: MemoryState, item: Item): void {
  if ('put' in item) state.entries.set(item.put, copyBytes(item.value))
  else if ('log' in item) state.logs.set(item.log, new MemoryLog(item.log, item.start, item.end))
  else if ('restore' in item) {
    const log = state.logs.get(item.restore)
    if (log === undefined) throw new RangeError(`a batch of log ${item.restore} comes before the log`)
    log.restore(item.batch)
  } else throw new RangeError('a change stands in a snapshot')
}

function isComplete(state: MemoryState, end: EndItem): boolean {
  const batches = Array.from(state.logs.values(), (log) => log.batchCount).reduce((sum, count) => sum + count, 0)
  return state.logs.size === end.logs && batches === end.batches && state.entries.size === end.entries
}
