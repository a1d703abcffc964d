/** Kafka's "no id": 16 zero bytes in the form that the protocol's types use, 22 characters of base64url. */
export const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA'

const uuidPattern = /^[A-Za-z0-9_-]{21}[AQgw]$/

/** True for 22 characters of base64url that stand for exactly 16 bytes. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && uuidPattern.test(text)
}
