import { RafkaError } from '../../core/errors.ts'

/** The error for compressed records that are damaged. */
export function damaged(codec: string, cause: unknown): RafkaError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new RafkaError('CORRUPT_MESSAGE', `${codec}-compressed records are damaged: ${why}`, { cause })
}

/** The error for compressed records that would become too large. */
export function tooLarge(codec: string, bytes: number | undefined, maxBytes: number): RafkaError {
  const size = bytes === undefined ? 'more' : `${bytes} bytes`
  return new RafkaError(
    'CORRUPT_MESSAGE',
    `${codec}-compressed records inflate to ${size}; at most ${maxBytes} bytes are allowed`,
  )
}
