import type { StorageEngine } from '../../src/core/storage-engine.ts'

/** An engine that a broker cannot close, so that the next one starts on what this one left. */
export function lasting(engine: StorageEngine): StorageEngine {
  return {
    name: engine.name,
    commit: (changes) => engine.commit(changes),
    read: (log, offset, maxBytes, beforeOffset) => engine.read(log, offset, maxBytes, beforeOffset),
    scan: (log, offset, limit) => engine.scan(log, offset, limit),
    findByTimestamp: (log, timestamp, fromOffset) => engine.findByTimestamp(log, timestamp, fromOffset),
    findMaxTimestamp: (log) => engine.findMaxTimestamp(log),
    logs: () => engine.logs(),
    entries: (prefix) => engine.entries(prefix),
    reclaim: () => engine.reclaim(),
    close: async () => {},
  }
}
