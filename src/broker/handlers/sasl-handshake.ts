import { saslHandshake } from '../../protocol/apis/sasl-handshake.ts'
import { handler, wireError } from '../handler.ts'

/**
 * Answers whoever asks where nobody has to say who they are, or once more than the listener allows: those that must are answered by the
 * listener, before any request of theirs comes here (`KafkaApis.handleSaslHandshakeRequest`).
 */
export const saslHandshakeHandler = handler({
  api: saslHandshake,
  minVersion: 0,
  maxVersion: 1,
  async handle() {
    return saslHandshake.response.create({ errorCode: wireError('ILLEGAL_SASL_STATE').errorCode })
  },
  refuse: (_request, { errorCode }) => saslHandshake.response.create({ errorCode }),
})
