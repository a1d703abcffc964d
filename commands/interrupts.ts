/** The signals that ask a process to end. */
export type EndSignal = 'SIGINT' | 'SIGTERM'

const signals: readonly EndSignal[] = ['SIGINT', 'SIGTERM']

/** Where the wish to end comes from: this process, or the keys of a front end that goes on living. */
export interface SignalSource {
  on(signal: EndSignal, listener: (signal: EndSignal) => void): unknown
  off(signal: EndSignal, listener: (signal: EndSignal) => void): unknown
  /** Ends the work as if nobody had listened. */
  end(signal: EndSignal): void
  /** Leaves the line in which a terminal shows `^C`; left out where it shows none. */
  readonly leaveLine?: (() => void) | undefined
  /** Whether a status stands in that line, with which it goes. */
  hasStatus?: boolean
}

/** This process's own. */
export const processSignals: SignalSource = {
  on: (signal, listener) => process.on(signal, listener),
  off: (signal, listener) => process.off(signal, listener),
  end: (signal) => void process.kill(process.pid, signal),
  leaveLine() {
    if (process.stderr.isTTY === true) process.stderr.write(this.hasStatus === true ? '\r\u001b[K' : '\n')
  },
}

/**
 * Calls `first` at the first SIGINT or SIGTERM, so that work can be brought to an end. The second one calls `second` and then ends the
 * work as if nobody had listened. Stops listening when disposed.
 */
export function onInterrupt(
  source: SignalSource,
  first: (signal: EndSignal) => void,
  second: () => void = () => {},
): Disposable {
  let interrupted = false
  const listener = (signal: EndSignal) => {
    if (!interrupted) {
      interrupted = true
      if (signal === 'SIGINT') source.leaveLine?.()
      first(signal)
      return
    }
    stop()
    second()
    source.end(signal)
  }
  const stop = () => {
    for (const signal of signals) source.off(signal, listener)
  }
  for (const signal of signals) source.on(signal, listener)
  return { [Symbol.dispose]: stop }
}
