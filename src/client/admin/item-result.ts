import type { ItemResult } from '../../core/admin.ts'
import { errorName } from '../../protocol/error-codes.ts'

/** An item's error as an admin call gives it; null when there is none. */
export function itemError(name: string, errorCode: number, errorMessage: string | null): ItemResult['error'] {
  const code = errorName(errorCode)
  if (code === 'NONE') return null
  return { code, message: errorMessage ?? `the broker answered ${code} for "${name}"` }
}

/** The result of an item that the answer leaves out. */
export function leftOut(name: string): ItemResult['error'] {
  return { code: 'UNKNOWN_SERVER_ERROR', message: `the broker's answer leaves "${name}" out` }
}
