import { describe, expect, it } from 'vitest'
import { saslHandshake } from '../../../src/protocol/apis/sasl-handshake.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'

describe('SaslHandshake', () => {
  it.each([0, 1])('S4: v%i is not for the broker: whoever gets here has nothing to prove', async (version) => {
    await using broker = await startBroker()
    const request = saslHandshake.request.create({ mechanism: 'PLAIN' })
    const { errorCode, mechanisms } = await broker.ask(saslHandshake, request, { version })
    expect(errorName(errorCode)).toBe('ILLEGAL_SASL_STATE')
    expect(mechanisms).toEqual([])
  })
})
