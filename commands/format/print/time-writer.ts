import { numberForm } from '../number-form.ts'
import type { Verb } from '../parse-format.ts'
import { wrongFormat } from '../wrong-format.ts'
import { type NumberWriter, numberWriter } from './number-writer.ts'
import { compileStrftime } from './strftime.ts'

/** `%d`: a timestamp in ms, as number, `{iso}` and `{strftime[…]}` in UTC, `{local}` with the offset of the zone. @throws RafkaError */
export function timeWriter(flag: string, { modifier, argument }: Verb, safe: boolean): NumberWriter {
  if (modifier === 'iso') return inText((date) => date.toISOString())
  if (modifier === 'local') return inText(localTime)
  if (modifier === 'strftime') return inText(compileStrftime(flag, argument ?? '%FT%TZ'))
  if (modifier === 'go') {
    throw wrongFormat(
      flag,
      "%d{go[…]}: Go's way to write dates is not known here",
      'use %d{strftime[%F %T]} or %d{iso}',
    )
  }
  return numberWriter(numberForm(flag, 'd', modifier), 'd', false, safe)
}

/** A record without a timestamp, or with one that is no date, is shown as the number it has. */
function inText(show: (date: Date) => string): NumberWriter {
  return (timestamp, out) => {
    const date = new Date(timestamp)
    if (timestamp < 0 || Number.isNaN(date.getTime())) out.digits(timestamp)
    else out.text(show(date))
  }
}

/** `2026-01-31T12:00:01.123+01:00` */
function localTime(date: Date): string {
  const minutesEast = -date.getTimezoneOffset()
  const shifted = new Date(date.getTime() + minutesEast * 60_000)
  const two = (value: number) => String(value).padStart(2, '0')
  const zone = `${minutesEast < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutesEast) / 60))}:${two(Math.abs(minutesEast) % 60)}`
  return `${shifted.toISOString().slice(0, -1)}${zone}`
}
