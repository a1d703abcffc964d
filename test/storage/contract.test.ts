import { openMemoryEngine } from '../../src/storage/memory/memory-engine.ts'
import { openSqliteEngine } from '../../src/storage/sqlite/sqlite-engine.ts'
import { describeStorageContract } from '../support/storage-contract.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const maxBytes = 256 * 2 ** 20

describeStorageContract('sqlite', () => {
  const path = temporaryDirectory()
  return { persistent: true, open: () => openSqliteEngine({ path, durability: 'none' }) }
})

describeStorageContract('sqlite with all bytes in files', () => {
  const path = temporaryDirectory()
  const fileLimits = { groupBytes: 0, batchBytes: 0, fileBytes: 200 }
  return { persistent: true, open: () => openSqliteEngine({ path, durability: 'none', fileLimits }) }
})

describeStorageContract('memory', () => ({
  persistent: false,
  open: () => openMemoryEngine({ maxBytes, durability: 'fsync' }),
}))

describeStorageContract('memory with a path', () => {
  const path = temporaryDirectory()
  return { persistent: true, open: () => openMemoryEngine({ path, maxBytes, durability: 'none' }) }
})

describeStorageContract('memory with a path and many snapshots', () => {
  const path = temporaryDirectory()
  return { persistent: true, open: () => openMemoryEngine({ path, maxBytes, durability: 'none', snapshotBytes: 100 }) }
})
