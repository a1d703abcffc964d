import { api } from '../api.ts'
import { bytes, int16, int64, string } from '../field.ts'

/** Carries one message of the chosen mechanism. Version 1 tells how long the session lasts, in ms; 0: as long as the connection (KIP-368). */
export const saslAuthenticate = api({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexibleSince: 2,
  request: { authBytes: bytes },
  response: {
    errorCode: int16,
    errorMessage: string.nullable(),
    authBytes: bytes,
    sessionLifetimeMs: int64.since(1),
  },
})
