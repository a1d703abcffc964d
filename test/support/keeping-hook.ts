import type { Hook } from '../../src/core/hook.ts'

/** A hook that keeps the values of all records that are appended, as a program may that looks at them later. */
export function keepingHook(): { readonly hook: Hook; readonly kept: readonly Buffer[] } {
  const kept: Buffer[] = []
  const hook: Hook = {
    name: 'keeping',
    onAppend({ value }) {
      if (value !== null) kept.push(value)
      return undefined
    },
  }
  return { hook, kept }
}
