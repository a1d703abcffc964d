import type { Logger, LogLevel } from '../core/log.ts'

const LINES_PER_WINDOW = 10
const WINDOW_MS = 10_000

/**
 * A logger that passes on ten lines in ten seconds and counts the others, so that nobody fills a disk by opening bad connections.
 * Lines of level `error` and `debug` always pass.
 */
export function boundedLog(logger: Logger, now: () => number = Date.now): Logger {
  let windowEndMs = 0
  let passed = 0
  let dropped = 0
  return (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => {
    if (level === 'error' || level === 'debug') return logger(level, message, fields)
    if (now() >= windowEndMs) {
      if (dropped > 0) logger('warn', `${dropped} more lines about connections were left out`)
      windowEndMs = now() + WINDOW_MS
      passed = 0
      dropped = 0
    }
    if (passed >= LINES_PER_WINDOW) {
      dropped += 1
      return
    }
    passed += 1
    logger(level, message, fields)
  }
}
