/** Stages whose answer counts. */
export type AskStage = 'onRequest' | 'onResponse' | 'onAppend' | 'onDeliver'

/**
 * Whether what a hook answered has a meaning at its stage. Hooks come from modules that no compiler may have seen: what is wrong counts as
 * a failure of the hook instead of going on into the broker.
 */
export const isVerdict: Readonly<Record<AskStage, (answer: unknown) => boolean>> = {
  onRequest: (answer) => {
    if (!isObject(answer)) return false
    if ('refuse' in answer) return isRefusal(answer)
    return isObject('response' in answer ? answer.response : answer.request)
  },
  onResponse: isObject,
  onAppend: (answer) => (isObject(answer) && 'refuse' in answer ? isRefusal(answer) : isEdit(answer)),
  onDeliver: isEdit,
}

function isRefusal({ refuse, message }: Record<string, unknown>): boolean {
  return typeof refuse === 'string' && (message === undefined || typeof message === 'string')
}

function isEdit(answer: unknown): boolean {
  if (answer === 'drop') return true
  if (!isObject(answer)) return false
  const { key, value, headers } = answer
  return (
    isBytes(key) && isBytes(value) && (headers === undefined || (Array.isArray(headers) && headers.every(isHeader)))
  )
}

function isHeader(header: unknown): boolean {
  return isObject(header) && typeof header.key === 'string' && header.value !== undefined && isBytes(header.value)
}

/** undefined leaves the part as it is. */
function isBytes(part: unknown): boolean {
  return part === undefined || part === null || part instanceof Uint8Array
}

function isObject(answer: unknown): answer is Record<string, unknown> {
  return typeof answer === 'object' && answer !== null
}
