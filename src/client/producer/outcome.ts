import type { ErrorName } from '../../core/errors.ts'
import { isRetriable } from '../../protocol/error-codes.ts'

/**
 * What becomes of a batch after an answer.
 *
 * - `acknowledged`: it is in the log.
 * - `split`: in smaller pieces it may pass.
 * - `again`: it is to be sent again, as it is. It `may` be in the log already, or is `not`, also not from an earlier attempt; or what was known
 *   of that is `unchanged`.
 * - `failed`. `notAppended`: it is not in the log for certain.
 */
export type Outcome =
  | { readonly kind: 'acknowledged' | 'split' }
  | { readonly kind: 'again'; readonly appended: 'may' | 'not' | 'unchanged' }
  | { readonly kind: 'failed'; readonly notAppended: boolean }

/** After these the broker has not appended anything. */
const refusals: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_REQUIRED_ACKS',
  'MESSAGE_TOO_LARGE',
  'POLICY_VIOLATION',
  'RECORD_LIST_TOO_LARGE',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
])

/** Errors of the sequence of a producer: batches before this one are missing, or the broker does not know the producer. */
const sequenceErrors: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
])

/** After these nothing was appended, and the same request may succeed elsewhere or later. */
const notYet: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'CORRUPT_MESSAGE',
  'LEADER_NOT_AVAILABLE',
  'NOT_ENOUGH_REPLICAS',
  'NOT_LEADER_OR_FOLLOWER',
  'THROTTLING_QUOTA_EXCEEDED',
  'UNKNOWN_TOPIC_OR_PARTITION',
])

/**
 * Decides after an answer.
 * @param records in the batch
 * @param follows a batch that was sent before it is unsettled, or was given up: then an error of the sequence only says so
 */
export function outcomeOf(error: ErrorName | 'NONE', records: number, follows: boolean): Outcome {
  // The broker has it, and no longer knows at which offset.
  if (error === 'NONE' || error === 'DUPLICATE_SEQUENCE_NUMBER') return { kind: 'acknowledged' }
  if (error === 'MESSAGE_TOO_LARGE' && records > 1) return { kind: 'split' }
  // Had it been appended, the broker would know it as one of the last five.
  if (sequenceErrors.has(error) && follows) return { kind: 'again', appended: 'not' }
  if (error === 'BROKER_UNREACHABLE' || isRetriable(error)) {
    return { kind: 'again', appended: notYet.has(error) ? 'unchanged' : 'may' }
  }
  return { kind: 'failed', notAppended: refusals.has(error) }
}
