import { readFile } from 'node:fs/promises'
import type { ListenerConfig, ListenerTlsConfig } from '../../config/listener-list.ts'
import { type ListenerTls, type ListenOptions, RafkaError } from '../../src/index.ts'

/** What a listener of the configuration is opened with: its files are read. @throws RafkaError `INVALID_CONFIGURATION` naming one that cannot be */
export async function listenOptions({ tls, ...listener }: ListenerConfig): Promise<ListenOptions> {
  return tls === undefined ? listener : { ...listener, tls: await readTls(tls) }
}

async function readTls({ cert, key, keyPasswordFile, ca, clientAuth }: ListenerTlsConfig): Promise<ListenerTls> {
  return {
    cert: await read(cert),
    key: await read(key),
    passphrase: keyPasswordFile === undefined ? undefined : firstLine(await read(keyPasswordFile)),
    ca: ca === undefined ? undefined : await read(ca),
    clientAuth,
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RafkaError('INVALID_CONFIGURATION', `listeners: ${file} cannot be read: ${reason}`, {
      cause,
      details: { key: 'listeners', file },
    })
  }
}

function firstLine(bytes: Buffer): string {
  return bytes.toString('utf8').split(/\r?\n/, 1)[0] ?? ''
}
