import { chmodSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { clientSecurity } from '../../config/client-security.ts'
import type { ConfigKeyName } from '../../config/config-keys.ts'
import { loadConfig } from '../../config/load-config.ts'
import { ProfilesFile } from '../../config/profiles-file.ts'
import { readProperty } from '../../config/properties.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

interface Sources {
  readonly profile?: string
  readonly env?: Record<string, string>
  readonly flags?: Readonly<Record<string, unknown>>
}

/** What the configuration says whose one file has this text. */
async function securityOf(text: string, { profile, env = {}, flags = {} }: Sources = {}) {
  const file = join(temporaryDirectory(), 'config.yaml')
  writeFileSync(file, text, { mode: 0o600 })
  const given = Object.entries(flags).map(
    ([key, value]) => [key as ConfigKeyName, { flag: key === 'brokers' ? '-b' : `-X ${key}`, value }] as const,
  )
  return clientSecurity(await loadConfig({ cwd: '/etc', env, file, profile, flags: new Map(given) }))
}

const withUser = 'sasl: { username: me, password: x }\n'

describe('what the configuration says of the way to brokers', () => {
  test('is nothing unless somebody says so', async () => {
    expect(await securityOf('')).toEqual({ tls: undefined, sasl: undefined })
    const file = fileURLToPath(new URL('../../config/rafka.yaml', import.meta.url))
    expect(clientSecurity(await loadConfig({ cwd: '/', env: {}, file }))).toEqual({ tls: undefined, sasl: undefined })
  })

  test('can be a profile', async () => {
    const text = `profiles:
  prod: { brokers: [k1:9092], sasl: { mechanism: PLAIN, username: me, password_file: ~/.secrets/k }, tls: { ca: ./ca.pem } }`
    const { sasl, tls } = await securityOf(text, { profile: 'prod' })
    expect(sasl).toEqual({ mechanism: 'PLAIN', username: 'me', password: { file: join(homedir(), '.secrets/k') } })
    expect(tls).toMatchObject({ ca: expect.stringMatching(/^\/.*\/ca\.pem$/), cert: undefined, verify: true })
  })

  test('can be variables of the environment, and flags', async () => {
    const env = { RAFKA_SASL_PASSWORD: 'from the environment', RAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }
    expect(await securityOf('', { env, flags: { 'sasl.username': 'me' } })).toEqual({
      tls: { ca: undefined, cert: undefined, key: undefined, serverName: undefined, verify: true },
      sasl: { mechanism: 'SCRAM-SHA-256', username: 'me', password: { text: 'from the environment' } },
    })
  })

  test.each([
    ['security.protocol: ssl', { tls: true, sasl: false }],
    ['security.protocol: Plaintext', { tls: false, sasl: false }],
    [`security.protocol: sasl_plaintext\n${withUser}`, { tls: false, sasl: true }],
    [`security.protocol: sasl_ssl\n${withUser}`, { tls: true, sasl: true }],
    [withUser, { tls: false, sasl: true }],
    ['sasl: { mechanism: plain }', { tls: false, sasl: false }],
    ['tls: { verify: false }', { tls: true, sasl: false }],
    ['tls: { verify: true }', { tls: false, sasl: false }],
    ['tls: { server_name: k1 }', { tls: true, sasl: false }],
  ])('of %j follows from what is set', async (text, wanted) => {
    const { tls, sasl } = await securityOf(text)
    expect({ tls: tls !== undefined, sasl: sasl !== undefined }).toEqual(wanted)
  })

  test.each([
    ['a user without SASL', `security.protocol: ssl\n${withUser}`, 'ssl is without SASL, but sasl.username is set too'],
    [
      'an authority without TLS',
      'security.protocol: plaintext\ntls.ca: a',
      'plaintext is without TLS, but tls.ca is set too',
    ],
    ['a check left out without TLS', 'security.protocol: plaintext\ntls.verify: false', 'but tls.verify is set too'],
    [
      'SASL without a user',
      'security.protocol: sasl_ssl',
      'with security.protocol goes sasl.username, which is not set',
    ],
    ['a password without a user', 'sasl.password_file: x', 'with sasl.password_file goes sasl.username'],
    ['a certificate without a key', 'tls.cert: x', 'with tls.cert goes tls.key'],
    ['what encrypts a key without a key', 'tls.key_password_file: x', 'with tls.key_password_file goes tls.key'],
    ['a key without a certificate', 'tls.key: x', 'with tls.key goes tls.cert'],
    [
      'two passwords',
      `${withUser}sasl.password_file: y`,
      'sasl.password: it is here, but sasl.password_file is set too',
    ],
  ])('must not be %s', async (_, text, message) => {
    await expect(securityOf(text)).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      message: expect.stringContaining(message),
    })
  })

  test('is told with where it was said', async () => {
    await expect(securityOf('\n\nsecurity.protocol: ssl\nsasl.username: me')).rejects.toMatchObject({
      message: expect.stringMatching(/config\.yaml:3: security\.protocol: .*config\.yaml:4: sasl\.username/),
    })
  })

  test('has the password of the stronger source', async () => {
    const text = 'sasl: { username: me, password_file: /k }'
    const { sasl } = await securityOf(text, { env: { RAFKA_SASL_PASSWORD: 'x' } })
    expect(sasl?.password).toEqual({ text: 'x' })
    const other = await securityOf(withUser, { flags: { 'sasl.password_file': '/k' } })
    expect(other.sasl?.password).toEqual({ file: '/k' })
  })
})

describe('what a profile says of its brokers', () => {
  const text = `current: prod\nprofiles: { prod: { brokers: [k1:1], ${withUser.trim()} } }`

  test('holds for them', async () => {
    expect((await securityOf(text)).sasl?.username).toBe('me')
  })

  test('is not for others, unless the profile was named', async () => {
    expect((await securityOf(text, { flags: { brokers: 'other:1' } })).sasl).toBeUndefined()
    expect((await securityOf(text, { env: { RAFKA_BROKERS: 'other:1' } })).sasl).toBeUndefined()
    expect((await securityOf(text, { flags: { brokers: 'k2:1' }, profile: 'prod' })).sasl?.username).toBe('me')
  })
})

describe('a secret', () => {
  const canary = 'canary-4711'

  test('has no place on a command line, and is not repeated', () => {
    for (const name of ['sasl.password', 'sasl.jaas.config', 'ssl.key.password', 'ssl.keystore.password']) {
      expect(() => readProperty(`${name}=${canary}`)).toThrow(/secrets have no place on a command line/)
      expect(() => readProperty(`${name}=${canary}`)).not.toThrow(new RegExp(canary))
    }
  })

  test.each([
    ['sasl.password_file=/k', 'sasl.password_file'],
    ['sasl.mechanisms=PLAIN', 'sasl.mechanism'],
    ['ssl.ca.location=/ca', 'tls.ca'],
    ['ssl.certificate.location=/c', 'tls.cert'],
    ['ssl.key.location=/k', 'tls.key'],
    ['enable.ssl.certificate.verification=false', 'tls.verify'],
    ['security.protocol=SASL_SSL', 'security.protocol'],
  ])('is not what %s names', (property, key) => {
    expect(readProperty(property).keys).toEqual([key])
  })

  test.each([
    ['at the top', `sasl: { password: ${canary} }`],
    ['in a profile', `profiles: { a: { sasl.password: ${canary} } }`],
  ])('%s is refused in a file that others may read, with what to do', async (_, text) => {
    const file = join(temporaryDirectory(), 'config.yaml')
    writeFileSync(file, text, { mode: 0o600 })
    const load = () => loadConfig({ cwd: '/', env: {}, file })
    await load()
    for (const mode of [0o640, 0o604, 0o644]) {
      chmodSync(file, mode)
      await expect(load()).rejects.toMatchObject({
        code: 'INVALID_CONFIGURATION',
        message: `${file}:1: sasl.password is a secret, and others may read this file`,
        details: { hint: `chmod 600 ${file}` },
      })
      const search = { named: file, cwd: '/', env: {} }
      expect(() => ProfilesFile.read(search)).toThrow(/is a secret/)
    }
  })

  test('of the wrong kind is refused without being told', async () => {
    for (const value of ['4711', `[${canary}]`, `{ a: ${canary} }`]) {
      const refusal = await securityOf(`sasl.password: ${value}`).catch((error: Error) => error)
      expect(refusal).toMatchObject({ message: expect.stringContaining('expected text, not (hidden)') })
      expect(JSON.stringify([refusal, (refusal as Error).message])).not.toContain('4711')
    }
  })
})
