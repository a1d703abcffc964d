import type { Writable } from 'node:stream'

/** Fires, with the error, when nothing more can be written to the stream. */
export function closedOutput(stream: Writable): AbortSignal {
  const closed = new AbortController()
  stream.on('error', (error) => closed.abort(error))
  return closed.signal
}
