import { setImmediate as nextTurn } from 'node:timers/promises'

/** Lets everything happen that waits for nothing but its turn. */
export async function quiet(turns = 10): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn()
}

/** Whether a promise still waits when everything had its turn. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const note = () => {
    settled = true
  }
  promise.then(note, note)
  await quiet()
  return !settled
}
