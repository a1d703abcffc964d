import { describe, expect, it } from 'vitest'
import { saslAuthenticate } from '../../../src/protocol/apis/sasl-authenticate.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'

describe('SaslAuthenticate', () => {
  it.each([0, 1, 2])('S4: v%i is not for the broker: whoever gets here has nothing to prove', async (version) => {
    await using broker = await startBroker()
    const request = saslAuthenticate.request.create({ authBytes: Buffer.from('\0alice\0secret') })
    const { errorCode, errorMessage, authBytes } = await broker.ask(saslAuthenticate, request, { version })
    expect(errorName(errorCode)).toBe('ILLEGAL_SASL_STATE')
    expect(errorMessage).toBe('SaslAuthenticate request received after successful authentication')
    expect(authBytes).toHaveLength(0)
  })
})
