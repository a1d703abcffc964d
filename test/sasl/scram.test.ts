import { describe, expect, test } from 'vitest'
import { scramMechanisms } from '../../src/core/sasl.ts'
import {
  clientKey,
  hmac,
  isPasswordOf,
  saltPassword,
  sameSecret,
  serverKey,
  storedKey,
  xor,
} from '../../src/sasl/scram-keys.ts'
import {
  authMessage,
  formatClientFinal,
  formatClientFirst,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
  parseServerFinal,
  parseServerFirst,
} from '../../src/sasl/scram-messages.ts'

/** The conversation of RFC 7677, section 3. */
const example = {
  password: 'pencil',
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
}

describe('the example of RFC 7677', () => {
  const first = parseClientFirst(example.clientFirst)
  const challenge = parseServerFirst(example.serverFirst)
  const final = parseClientFinal(example.clientFinal)
  const signed = authMessage(first.bare, example.serverFirst, final.withoutProof)

  test('is read as it is meant', () => {
    expect(first).toMatchObject({ gs2Header: 'n,,', user: 'user', nonce: 'rOprNGfwEbeRWgbNEkqO' })
    expect(challenge).toMatchObject({ nonce: final.nonce, iterations: 4096 })
    expect(final.channelBinding).toBe('biws')
  })

  test('is what is written', () => {
    const { gs2Header, bare } = formatClientFirst(first.user, first.nonce)
    expect(gs2Header + bare).toBe(example.clientFirst)
    expect(formatServerFirst(challenge)).toBe(example.serverFirst)
    expect(formatClientFinal(gs2Header, challenge.nonce)).toBe(final.withoutProof)
  })

  test('has the proof and the signature that the keys give', async () => {
    const salted = await saltPassword('SCRAM-SHA-256', example.password, challenge.salt, challenge.iterations)
    const key = clientKey('SCRAM-SHA-256', salted)
    const signature = hmac('SCRAM-SHA-256', storedKey('SCRAM-SHA-256', key), signed)
    expect(xor(key, signature)).toEqual(final.proof)
    const ofServer = hmac('SCRAM-SHA-256', serverKey('SCRAM-SHA-256', salted), signed)
    expect(ofServer).toEqual(parseServerFinal(example.serverFinal))
  })
})

test('a name with a comma and an equals sign comes back as it was', () => {
  const { gs2Header, bare } = formatClientFirst('a=b,c=2C', 'nonce')
  expect(bare).toBe('n=a=3Db=2Cc=3D2C,r=nonce')
  expect(parseClientFirst(gs2Header + bare).user).toBe('a=b,c=2C')
})

test.each([
  ['no GS2 header', () => parseClientFirst('n=user,r=nonce')],
  ['a channel binding', () => parseClientFirst('p=tls-unique,,n=user,r=nonce')],
  ['a mandatory extension', () => parseClientFirst('n,,m=x,n=user,r=nonce')],
  ['a name with a bare equals sign', () => parseClientFirst('n,,n=a=b,r=nonce')],
  ['no iterations', () => parseServerFirst('r=nonce,s=W22ZaJ0SNY7soEsUEjb6gQ==')],
  ['iterations that are no number', () => parseServerFirst('r=nonce,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0x10')],
  ['no proof', () => parseClientFinal('c=biws,r=nonce')],
  ['no signature', () => parseServerFinal('x=1')],
])('a message with %s is refused', (_, read) => {
  expect(read).toThrow(expect.objectContaining({ code: 'SASL_AUTHENTICATION_FAILED' }))
})

test('the error that a server names is told', () => {
  expect(() => parseServerFinal('e=unknown-user')).toThrow('the broker refuses: unknown-user')
})

test.each(scramMechanisms)('a %s credential is that of one password', async (mechanism) => {
  const salt = Buffer.from('salt')
  const salted = await saltPassword(mechanism, 'right', salt, 4096)
  const stored = storedKey(mechanism, clientKey(mechanism, salted))
  const credential = { salt, iterations: 4096, storedKey: stored, serverKey: serverKey(mechanism, salted) }
  expect(await isPasswordOf(mechanism, credential, 'right')).toBe(true)
  expect(await isPasswordOf(mechanism, credential, 'wrong')).toBe(false)
})

test('secrets of another length are not the same', () => {
  expect(sameSecret(Buffer.from('abc'), Buffer.from('abcd'))).toBe(false)
})
