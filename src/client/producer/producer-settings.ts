import { RafkaError } from '../../core/errors.ts'
import type { CompressionName } from '../../core/message.ts'
import type { ProducerOptions } from '../../core/rafka.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'

/** `ProducerOptions` with every default filled in. */
export interface ProducerSettings {
  /** As on the wire: -1 is `all`. */
  readonly acks: -1 | 0 | 1
  readonly compression: CompressionName
  readonly lingerMs: number
  readonly batchBytes: number
  readonly bufferBytes: number
  readonly idempotent: boolean
  readonly deliveryTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly maxRequestBytes: number
  /** undefined: what it sends belongs to no transaction. */
  readonly transactionalId: string | undefined
  readonly transactionTimeoutMs: number
}

const MEBIBYTE = 1024 * 1024
const codecs: ReadonlySet<string> = new Set<CompressionName>(['none', 'gzip', 'snappy', 'lz4', 'zstd'])

/** @throws RafkaError `INVALID_ARGUMENT` naming the option */
export function producerSettings(options: ProducerOptions): ProducerSettings {
  const acks = acksOf(options.acks ?? 'all')
  const idempotent = options.idempotent ?? acks === -1
  if (idempotent && acks !== -1) {
    throw new RafkaError('INVALID_ARGUMENT', `an idempotent producer needs acks "all"; acks is ${String(options.acks)}`)
  }
  const { transactionalId } = options
  if (transactionalId !== undefined && (transactionalId === '' || !idempotent)) {
    const problem = idempotent ? 'it is empty' : 'the producer has to be idempotent, with acks "all"'
    throw new RafkaError('INVALID_ARGUMENT', `transactionalId: ${problem}`)
  }
  const compression = options.compression ?? 'none'
  if (!codecs.has(compression)) {
    throw new RafkaError('INVALID_ARGUMENT', `compression is one of ${[...codecs].join(', ')}; got "${compression}"`)
  }
  const maxRequestBytes = positive('maxRequestBytes', options.maxRequestBytes ?? MEBIBYTE)
  return {
    acks,
    idempotent,
    compression,
    lingerMs: atLeast('lingerMs', options.lingerMs ?? 5, 0),
    batchBytes: Math.min(positive('batchBytes', options.batchBytes ?? MEBIBYTE - 16 * 1024), maxRequestBytes),
    bufferBytes: positive('bufferBytes', options.bufferBytes ?? 32 * MEBIBYTE),
    deliveryTimeoutMs: positive('deliveryTimeoutMs', options.deliveryTimeoutMs ?? 120_000),
    requestTimeoutMs: positive('requestTimeoutMs', options.requestTimeoutMs ?? defaultRequestTimeoutMs),
    maxRequestBytes,
    transactionalId,
    transactionTimeoutMs: positive('transactionTimeoutMs', options.transactionTimeoutMs ?? 60_000),
  }
}

function acksOf(acks: unknown): -1 | 0 | 1 {
  if (acks === 'all' || acks === -1) return -1
  if (acks === 0 || acks === 1) return acks
  throw new RafkaError('INVALID_ARGUMENT', `acks is "all", 1 or 0; got ${JSON.stringify(acks)}`)
}

function positive(name: string, value: number): number {
  return atLeast(name, value, 1)
}

function atLeast(name: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value
  throw new RafkaError('INVALID_ARGUMENT', `${name} is a number from ${least}; got ${String(value)}`)
}
