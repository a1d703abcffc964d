import { errorCode } from '../../protocol/error-codes.ts'
import type { WireError } from '../handler.ts'

const FENCED = errorCode('PRODUCER_FENCED')
const OLD_FENCED = errorCode('INVALID_PRODUCER_EPOCH')

/** The number of an error for clients that may be from before PRODUCER_FENCED, which knew INVALID_PRODUCER_EPOCH alone (KIP-588). */
export function transactionErrorCode(error: WireError, knowsFenced: boolean): number {
  return error.errorCode === FENCED && !knowsFenced ? OLD_FENCED : error.errorCode
}
