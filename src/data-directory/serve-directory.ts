import { rmSync } from 'node:fs'
import type { BrokerOptions } from '../broker/broker.ts'
import { type Logger, silentLogger } from '../core/log.ts'
import type { EmbeddedBroker } from '../embedded-broker.ts'
import type { ServerLimits } from '../server/limits.ts'
import type { Lock } from '../storage/sqlite/exclusive-lock.ts'
import { localSocketPath, secureSocketDirectory } from './local-socket.ts'
import { chooseStorage, openStorage, type StorageSettings } from './open-storage.ts'
import { type OwnerRecord, removeOwner, writeOwner } from './owner-file.ts'
import { hearSuccessors } from './succession.ts'

/** With what a data directory is served by whoever comes to own it. */
export interface ServeSettings extends Omit<BrokerOptions, 'storage'> {
  readonly storage?: StorageSettings | undefined
  readonly limits?: Partial<ServerLimits> | undefined
  /** Whether to let go of the directory when a process asks that has to own it. Not where hooks are: they would run no more. Default false. */
  readonly yields?: boolean | undefined
}

/** A data directory that this process serves. */
export interface ServedDirectory {
  readonly broker: EmbeddedBroker
  /** Writes down the listeners for others to see. */
  announce(): void
  /** Ends the broker and lets the next one have the directory. */
  close(): Promise<void>
}

/**
 * Opens the store of `directory`, starts a broker on it and serves it to other programs of this user. For the holder of its lock,
 * which it lets go of in `close`.
 * @param onAsked is called when a process has to own the directory, where that is listened for
 * @throws RafkaError as the engines and the broker do; the lock is then still held
 */
export async function serveDirectory(
  directory: string,
  lock: Lock,
  settings: ServeSettings,
  onAsked: () => void,
): Promise<ServedDirectory> {
  const { storage = {}, logger = silentLogger } = settings
  const type = chooseStorage(directory, storage.type)
  const socket = localSocketPath(directory)
  const owner: OwnerRecord = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    socket,
    listeners: [],
    storage: type,
  }
  // At once: whoever finds the lock taken must not read the record of the owner before.
  writeOwner(directory, owner)
  try {
    const broker = await startBroker(directory, type, storage, settings, logger)
    await serveLocally(broker, directory, socket)
    const mayYield = settings.yields === true && (settings.hooks ?? []).length === 0
    const succession = mayYield ? await hearSuccessors(socket, onAsked) : undefined
    logger('info', `serving data directory ${directory}`, { storage: type, socket })
    return {
      broker,
      announce() {
        // Who lets clients in by TCP is there for that.
        if (broker.listeners.length > 0) succession?.close()
        writeOwner(directory, { ...owner, listeners: namesOf(broker) })
      },
      async close() {
        try {
          succession?.close()
          await broker.close()
        } finally {
          removeOwner(directory)
          lock.release()
        }
      },
    }
  } catch (error) {
    removeOwner(directory)
    throw error
  }
}

async function startBroker(
  directory: string,
  type: OwnerRecord['storage'],
  storage: StorageSettings,
  settings: ServeSettings,
  logger: Logger,
): Promise<EmbeddedBroker> {
  // Loaded by who becomes the broker alone: whoever finds one running starts without them.
  const [engine, { EmbeddedBroker }] = await Promise.all([
    openStorage(type, directory, storage, logger),
    import('../embedded-broker.ts'),
  ])
  return EmbeddedBroker.start({ ...settings, storage: engine, dataDirectory: directory })
}

async function serveLocally(broker: EmbeddedBroker, directory: string, socket: string): Promise<void> {
  try {
    secureSocketDirectory(directory, socket)
    // Left behind by an owner that was killed: the lock says that nobody serves it.
    rmSync(socket, { force: true })
    await broker.listen({ path: socket })
  } catch (error) {
    await broker.close()
    throw error
  }
}

function namesOf(broker: EmbeddedBroker): string[] {
  return broker.listeners.map(({ name }) => name)
}
