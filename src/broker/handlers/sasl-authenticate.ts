import { saslAuthenticate } from '../../protocol/apis/sasl-authenticate.ts'
import { handler, wireError } from '../handler.ts'

/** See `saslHandshakeHandler` (`KafkaApis.handleSaslAuthenticateRequest`). */
export const saslAuthenticateHandler = handler({
  api: saslAuthenticate,
  minVersion: 0,
  maxVersion: 2,
  async handle() {
    const message = 'SaslAuthenticate request received after successful authentication'
    return saslAuthenticate.response.create(wireError('ILLEGAL_SASL_STATE', message))
  },
  refuse: (_request, error) => saslAuthenticate.response.create(error),
})
