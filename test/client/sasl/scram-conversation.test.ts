import { describe, expect, test } from 'vitest'
import { ScramConversation } from '../../../src/client/sasl/scram-conversation.ts'
import { type ScramMechanism, scramMechanisms } from '../../../src/core/sasl.ts'
import { hmac, saltPassword, serverKey } from '../../../src/sasl/scram-keys.ts'
import { authMessage, formatServerFirst, parseClientFinal, parseClientFirst } from '../../../src/sasl/scram-messages.ts'

/** The example of RFC 7677, section 3. */
const nonce = 'rOprNGfwEbeRWgbNEkqO'
const serverNonce = `${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`
const serverFirst = `r=${serverNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`
const serverFinal = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='

const nothing = Buffer.alloc(0)

function example(): ScramConversation {
  return new ScramConversation('SCRAM-SHA-256', 'user', 'pencil', nonce)
}

/** The client's next words; undefined when it has none. */
async function said(conversation: ScramConversation, answer: string | Buffer): Promise<string | undefined> {
  return (await conversation.step(Buffer.from(answer as string)))?.toString()
}

describe('a client of SCRAM', () => {
  test('says what RFC 7677 has as an example', async () => {
    const conversation = example()
    expect(await said(conversation, nothing)).toBe(`n,,n=user,r=${nonce}`)
    const proof = 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ='
    expect(await said(conversation, serverFirst)).toBe(`c=biws,r=${serverNonce},p=${proof}`)
    expect(await said(conversation, serverFinal)).toBeUndefined()
  })

  test('takes a fresh nonce each time', async () => {
    const nonces = await Promise.all(
      [1, 2].map(async () => said(new ScramConversation('SCRAM-SHA-512', 'user', 'pencil'), nothing)),
    )
    expect(nonces[0]).not.toBe(nonces[1])
  })

  test.each(scramMechanisms)('knows a server that has the credential, with %s', async (mechanism) => {
    const server = new HonestServer(mechanism, 'pass,wörd=')
    const conversation = new ScramConversation(mechanism, 'me', 'pass,wörd=')
    const first = await said(conversation, nothing)
    const final = await said(conversation, server.first(first!))
    expect(await said(conversation, await server.final(final!))).toBeUndefined()
  })

  test.each(scramMechanisms)('refuses a server that has not, with %s', async (mechanism) => {
    const server = new HonestServer(mechanism, 'another password')
    const conversation = new ScramConversation(mechanism, 'me', 'secret')
    const first = await said(conversation, nothing)
    const final = await said(conversation, server.first(first!))
    await expect(said(conversation, await server.final(final!))).rejects.toMatchObject({
      code: 'SASL_AUTHENTICATION_FAILED',
      message: 'the broker is not to be trusted: it cannot prove that it knows the user, so it may be somebody else',
    })
  })

  test.each([
    ['a nonce of its own', 'r=somethingelse,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096', 'nonce'],
    ['our nonce with nothing added', `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`, 'nonce'],
    ['too few iterations', `r=${serverNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095`, '4095 iterations'],
    [
      'iterations that would take minutes',
      `r=${serverNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001`,
      '1000001 iterations',
    ],
    ['something else', 'HTTP/1.1 400 Bad Request', 'not one of SCRAM'],
  ])('does not prove anything to a server that answers with %s', async (_, answer, reason) => {
    const conversation = example()
    await said(conversation, nothing)
    await expect(said(conversation, answer)).rejects.toMatchObject({
      code: 'SASL_AUTHENTICATION_FAILED',
      message: expect.stringContaining(reason),
    })
  })

  test.each([
    ['another signature', 'v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=', 'cannot prove'],
    ['a short one', 'v=AAAA', 'cannot prove'],
    ['none', '', 'not one of SCRAM'],
    ['an error', 'e=other-error', 'other-error'],
  ])('is not done with a server that ends with %s', async (_, answer, reason) => {
    const conversation = example()
    await said(conversation, nothing)
    await said(conversation, serverFirst)
    await expect(said(conversation, answer)).rejects.toMatchObject({
      code: 'SASL_AUTHENTICATION_FAILED',
      message: expect.stringContaining(reason),
    })
  })
})

/** A server that does all as it should, with the credential of one password. */
class HonestServer {
  readonly #mechanism: ScramMechanism
  readonly #password: string
  readonly #salt = Buffer.from('some salt')
  #clientFirst = ''
  #first = ''

  constructor(mechanism: ScramMechanism, password: string) {
    this.#mechanism = mechanism
    this.#password = password
  }

  first(message: string): string {
    const read = parseClientFirst(message)
    this.#clientFirst = read.bare
    this.#first = formatServerFirst({ nonce: `${read.nonce}more`, salt: this.#salt, iterations: 4096 })
    return this.#first
  }

  async final(message: string): Promise<string> {
    const salted = await saltPassword(this.#mechanism, this.#password, this.#salt, 4096)
    const signed = authMessage(this.#clientFirst, this.#first, parseClientFinal(message).withoutProof)
    return `v=${hmac(this.#mechanism, serverKey(this.#mechanism, salted), signed).toString('base64')}`
  }
}
