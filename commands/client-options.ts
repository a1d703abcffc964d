import { type ClientTlsConfig, clientSecurity } from '../config/client-security.ts'
import type { Config } from '../config/load-config.ts'
import { type ClientSasl, type ClientTls, type ConnectOptions, RafkaError } from '../src/index.ts'
import { configuredFile, firstLine } from './configured-file.ts'

/** Asks a person for the password of a user. @throws RafkaError where nobody can be asked */
export type AskPassword = (username: string) => Promise<string>

/**
 * How to reach the brokers of the configuration: its files are read, and who is there is asked for a password that nothing names.
 * @throws RafkaError `INVALID_CONFIGURATION` for what cannot be, what `askPassword` throws
 */
export async function clientOptions(config: Config, askPassword: AskPassword): Promise<ConnectOptions> {
  const { tls, sasl } = clientSecurity(config)
  return {
    brokers: config.get('brokers') ?? [],
    tls: tls === undefined ? undefined : await readTls(tls),
    sasl: sasl === undefined ? undefined : { ...sasl, password: await passwordOf(sasl, askPassword) },
  }
}

async function readTls({ ca, cert, key, keyPasswordFile, serverName, verify }: ClientTlsConfig): Promise<ClientTls> {
  return {
    ca: ca === undefined ? undefined : await configuredFile('tls.ca', ca),
    cert: cert === undefined ? undefined : await configuredFile('tls.cert', cert),
    key: key === undefined ? undefined : await configuredFile('tls.key', key),
    passphrase:
      keyPasswordFile === undefined ? undefined : await readPassword('tls.key_password_file', keyPasswordFile),
    serverName,
    verify,
  }
}

/** A file is read for each connection: what is in it may have changed. */
async function passwordOf(
  { username, password }: NonNullable<ReturnType<typeof clientSecurity>['sasl']>,
  askPassword: AskPassword,
): Promise<ClientSasl['password']> {
  if (password === undefined) return askPassword(username)
  return 'text' in password ? password.text : () => readPassword('sasl.password_file', password.file)
}

async function readPassword(key: 'sasl.password_file' | 'tls.key_password_file', file: string): Promise<string> {
  const password = firstLine((await configuredFile(key, file)).toString('utf8'))
  if (password !== '') return password
  throw new RafkaError('INVALID_CONFIGURATION', `${key}: the first line of ${file} is empty`, {
    details: { key, file },
  })
}
