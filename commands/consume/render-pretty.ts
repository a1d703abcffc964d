import { keyBytes, type RecordRenderer, valueBytes } from '../format/print/record-renderer.ts'
import { escapeBytes, escapeText } from '../output/escape-text.ts'
import type { Paint } from '../output/paint.ts'

/** For people: `orders/0 @42  12:00:01.123  key  value`, headers on a line below. `-` is a null key, `(empty)` what has no bytes, a header's name alone one that is null. Nothing acts on the terminal. */
export function renderPretty(paint: Paint, now: Date): RecordRenderer {
  const today = dayOf(now)
  const empty = paint.dim('(empty)')
  return (record, { topic, partition }, out) => {
    const key = keyBytes(record)
    const value = valueBytes(record)
    const place = paint.cyan(`${escapeText(topic)}/${partition} @${record.offset}`)
    const shownKey = key === null ? paint.dim('-') : key.length === 0 ? empty : paint.bold(escapeBytes(key))
    const shownValue = value === null ? paint.dim('(tombstone)') : value.length === 0 ? empty : escapeBytes(value)
    out.text(`${place}  ${paint.dim(shownTime(record.timestamp, today))}  ${shownKey}  ${shownValue}\n`)
    if (record.headerCount > 0) out.text(`                ${paint.dim(shownHeaders(record.headers()))}\n`)
  }
}

function shownHeaders(headers: ReadonlyArray<{ readonly key: string; readonly value: Buffer | null }>): string {
  return headers
    .map(({ key, value }) => `${escapeText(key)}${value === null ? '' : `=${escapeBytes(value)}`}`)
    .join(' ')
}

/** Local time of day, with the date where it is not today's. */
function shownTime(timestamp: number, today: string): string {
  const date = new Date(timestamp)
  if (timestamp < 0 || Number.isNaN(date.getTime())) return '-'
  const two = (part: number) => String(part).padStart(2, '0')
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  const withMs = `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`
  const day = dayOf(date)
  return day === today ? withMs : `${day} ${withMs}`
}

function dayOf(date: Date): string {
  const month = String(date.getMonth() + 1).padStart(2, '0')
  return `${date.getFullYear()}-${month}-${String(date.getDate()).padStart(2, '0')}`
}
