import { RafkaError } from '../core/errors.ts'

/** `client-first-message` of RFC 5802. */
export interface ClientFirst {
  /** `n,,` or with an authorization id: what the last message repeats. */
  readonly gs2Header: string
  /** Empty: the user's own. */
  readonly authorizationId: string
  readonly user: string
  readonly nonce: string
  /** What is signed. */
  readonly bare: string
}

/** `server-first-message` of RFC 5802. */
export interface ServerFirst {
  readonly nonce: string
  readonly salt: Buffer
  readonly iterations: number
}

/** `client-final-message` of RFC 5802. */
export interface ClientFinal {
  /** Base64 of the GS2 header. */
  readonly channelBinding: string
  readonly nonce: string
  readonly proof: Buffer
  /** What is signed. */
  readonly withoutProof: string
}

const NAME = '(?:[^,=\\x00]|=2C|=3D)'
const VALUE = '[^,\\x00]'
const PRINTABLE = '[\\x21-\\x2b\\x2d-\\x7e]'
const BASE64 = '[A-Za-z0-9+/]+={0,2}'
const EXTENSIONS = `(?:,[A-Za-z]=${VALUE}+)*`

const clientFirst = new RegExp(`^(n,(?:a=(${NAME}+))?,)(n=(${NAME}+),r=(${PRINTABLE}+)${EXTENSIONS})$`)
const serverFirst = new RegExp(`^r=(${PRINTABLE}+),s=(${BASE64}),i=([1-9][0-9]{0,8})${EXTENSIONS}$`)
const clientFinal = new RegExp(`^(c=(${BASE64}),r=(${PRINTABLE}+)${EXTENSIONS}),p=(${BASE64})$`)
const serverFinal = new RegExp(`^(?:v=(${BASE64})|e=(${VALUE}+))${EXTENSIONS}$`)

/** @throws RafkaError `SASL_AUTHENTICATION_FAILED` for anything else, channel binding and mandatory extensions among it */
export function parseClientFirst(message: string): ClientFirst {
  const [, gs2Header, authorizationId = '', bare, user, nonce] = matched(clientFirst, message, 'first')
  return {
    gs2Header: gs2Header!,
    authorizationId: unescapeName(authorizationId),
    user: unescapeName(user!),
    nonce: nonce!,
    bare: bare!,
  }
}

/** @throws RafkaError `SASL_AUTHENTICATION_FAILED` for anything else */
export function parseServerFirst(message: string): ServerFirst {
  const [, nonce, salt, iterations] = matched(serverFirst, message, 'first')
  return { nonce: nonce!, salt: Buffer.from(salt!, 'base64'), iterations: Number(iterations) }
}

/** @throws RafkaError `SASL_AUTHENTICATION_FAILED` for anything else */
export function parseClientFinal(message: string): ClientFinal {
  const [, withoutProof, channelBinding, nonce, proof] = matched(clientFinal, message, 'last')
  return {
    channelBinding: channelBinding!,
    nonce: nonce!,
    proof: Buffer.from(proof!, 'base64'),
    withoutProof: withoutProof!,
  }
}

/** The server's signature. @throws RafkaError `SASL_AUTHENTICATION_FAILED` for anything else, or with the error that the server names */
export function parseServerFinal(message: string): Buffer {
  const [, signature, error] = matched(serverFinal, message, 'last')
  if (signature === undefined) throw failed(`the broker refuses: ${error}`)
  return Buffer.from(signature, 'base64')
}

/** `n,,n=user,r=nonce`. */
export function formatClientFirst(user: string, nonce: string): { readonly gs2Header: string; readonly bare: string } {
  return { gs2Header: 'n,,', bare: `n=${escapeName(user)},r=${nonce}` }
}

export function formatServerFirst({
  nonce,
  salt,
  iterations,
}: Omit<ServerFirst, 'salt'> & { salt: Uint8Array }): string {
  return `r=${nonce},s=${Buffer.from(salt).toString('base64')},i=${iterations}`
}

/** All of the client's last message but its proof. */
export function formatClientFinal(gs2Header: string, nonce: string): string {
  return `c=${Buffer.from(gs2Header).toString('base64')},r=${nonce}`
}

/** `AuthMessage` of RFC 5802: what both sides sign. */
export function authMessage(clientFirstBare: string, serverFirst: string, clientFinalWithoutProof: string): string {
  return `${clientFirstBare},${serverFirst},${clientFinalWithoutProof}`
}

function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C')
}

function unescapeName(name: string): string {
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=')
}

function matched(pattern: RegExp, message: string, which: 'first' | 'last'): RegExpExecArray {
  const found = pattern.exec(message)
  if (found === null) throw failed(`the ${which} message of the other side is not one of SCRAM`)
  return found
}

function failed(message: string): RafkaError {
  return new RafkaError('SASL_AUTHENTICATION_FAILED', message)
}
