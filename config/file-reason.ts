/** `ENOENT: no such file or directory, open '/x'`, as Node says it. */
const said = /^E[A-Z0-9]+: ([^,]+), \w+(?: '.*')?$/s

/** Why a file could not be read or written, without the path, which is told beside it. */
export function fileReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return said.exec(message)?.[1] ?? message
}
