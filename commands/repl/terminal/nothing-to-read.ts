import { Readable } from 'node:stream'

/** A stdin that is at its end. */
export function nothingToRead(): Readable {
  return Readable.from([])
}
