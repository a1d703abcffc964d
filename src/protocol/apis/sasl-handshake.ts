import { api } from '../api.ts'
import { array, int16, string } from '../field.ts'

/**
 * Chooses how a client proves who it is. After version 1 come SaslAuthenticate requests; after version 0, bare tokens with their size in front.
 * The answer lists the mechanisms on success too: kafkajs looks for its own among them.
 */
export const saslHandshake = api({
  key: 17,
  name: 'SaslHandshake',
  versions: [0, 1],
  flexibleSince: null,
  request: { mechanism: string },
  response: { errorCode: int16, mechanisms: array(string) },
})
