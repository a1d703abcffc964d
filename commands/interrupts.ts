/** The signals that ask a process to end. */
export type EndSignal = 'SIGINT' | 'SIGTERM'

const signals: readonly EndSignal[] = ['SIGINT', 'SIGTERM']

/**
 * Calls `first` at the first SIGINT or SIGTERM, so that work can be brought to an end. The second one calls `second` and then ends the
 * process as if nobody had listened. Stops listening when disposed.
 */
export function onInterrupt(first: (signal: EndSignal) => void, second: () => void = () => {}): Disposable {
  let interrupted = false
  const listener = (signal: EndSignal) => {
    if (!interrupted) {
      interrupted = true
      first(signal)
      return
    }
    stop()
    second()
    process.kill(process.pid, signal)
  }
  const stop = () => {
    for (const signal of signals) process.off(signal, listener)
  }
  for (const signal of signals) process.on(signal, listener)
  return { [Symbol.dispose]: stop }
}
