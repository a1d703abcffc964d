import type { Writable } from 'node:stream'
import type { Logger, LogLevel } from '../../src/index.ts'
import type { GlobalFlags } from '../global-options.ts'
import { escapeText, jsonText } from '../output/escape-text.ts'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** What is logged: everything with `--verbose`, little with `--quiet`. */
export function logLevelOf({ quiet, verbose }: GlobalFlags): LogLevel {
  return verbose === true ? 'debug' : quiet === true ? 'warn' : 'info'
}

/** Writes one line per event, `2026-01-31T12:00:00.000Z info text key=value`, or JSON. Nothing in it can act on a terminal or fake a line. */
export function stderrLogger(stream: Writable, lowest: LogLevel, json: boolean): Logger {
  return (level, message, fields = {}) => {
    if (levels.indexOf(level) < levels.indexOf(lowest)) return
    const time = new Date().toISOString()
    if (json) {
      stream.write(`${jsonText({ time, level, message, ...fields })}\n`)
      return
    }
    const shown = Object.entries(fields).map(([name, value]) => ` ${name}=${shownField(value)}`)
    stream.write(`${time} ${level.padEnd(5)} ${escapeText(message)}${shown.join('')}\n`)
  }
}

function shownField(value: unknown): string {
  const text =
    typeof value === 'string' ? value : value instanceof Error ? value.message : (JSON.stringify(value) ?? '')
  return /^[^\s="]+$/.test(text) ? escapeText(text) : jsonText(text)
}
