import type { ListenerConfig, ListenerTlsConfig } from '../../config/listener-list.ts'
import type { ListenerTls, ListenOptions } from '../../src/index.ts'
import { configuredFile, firstLine } from '../configured-file.ts'

/** What a listener of the configuration is opened with: its files are read. @throws RafkaError `INVALID_CONFIGURATION` naming one that cannot be */
export async function listenOptions({ tls, ...listener }: ListenerConfig): Promise<ListenOptions> {
  return tls === undefined ? listener : { ...listener, tls: await readTls(tls) }
}

async function readTls({ cert, key, keyPasswordFile, ca, clientAuth }: ListenerTlsConfig): Promise<ListenerTls> {
  const read = (file: string) => configuredFile('listeners', file)
  return {
    cert: await read(cert),
    key: await read(key),
    passphrase: keyPasswordFile === undefined ? undefined : firstLine((await read(keyPasswordFile)).toString('utf8')),
    ca: ca === undefined ? undefined : await read(ca),
    clientAuth,
  }
}
