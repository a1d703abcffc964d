import { wrongFormat } from '../wrong-format.ts'

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

type Field = (date: Date) => string

const two = (value: number) => String(value).padStart(2, '0')
const hour12 = (date: Date) => date.getUTCHours() % 12 || 12

/** The fields of C's strftime, in UTC, and `%f` for microseconds as Python has it, `%L` for milliseconds as Ruby. */
const fields: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['Y', (date) => String(date.getUTCFullYear())],
  ['C', (date) => two(Math.floor(date.getUTCFullYear() / 100))],
  ['y', (date) => two(date.getUTCFullYear() % 100)],
  ['m', (date) => two(date.getUTCMonth() + 1)],
  ['d', (date) => two(date.getUTCDate())],
  ['e', (date) => String(date.getUTCDate()).padStart(2)],
  ['H', (date) => two(date.getUTCHours())],
  ['k', (date) => String(date.getUTCHours()).padStart(2)],
  ['I', (date) => two(hour12(date))],
  ['l', (date) => String(hour12(date)).padStart(2)],
  ['M', (date) => two(date.getUTCMinutes())],
  ['S', (date) => two(date.getUTCSeconds())],
  ['L', (date) => String(date.getUTCMilliseconds()).padStart(3, '0')],
  ['f', (date) => `${String(date.getUTCMilliseconds()).padStart(3, '0')}000`],
  ['p', (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM')],
  ['j', (date) => String(dayOfYear(date)).padStart(3, '0')],
  ['a', (date) => days[date.getUTCDay()]!.slice(0, 3)],
  ['A', (date) => days[date.getUTCDay()]!],
  ['b', (date) => months[date.getUTCMonth()]!.slice(0, 3)],
  ['h', (date) => months[date.getUTCMonth()]!.slice(0, 3)],
  ['B', (date) => months[date.getUTCMonth()]!],
  ['u', (date) => String(date.getUTCDay() || 7)],
  ['w', (date) => String(date.getUTCDay())],
  ['s', (date) => String(Math.floor(date.getTime() / 1000))],
  ['z', () => '+0000'],
  ['Z', () => 'UTC'],
  ['n', () => '\n'],
  ['t', () => '\t'],
  ['%', () => '%'],
])

/** Fields that are short for others. */
const short: ReadonlyMap<string, string> = new Map([
  ['F', '%Y-%m-%d'],
  ['T', '%H:%M:%S'],
  ['R', '%H:%M'],
  ['D', '%m/%d/%y'],
  ['r', '%I:%M:%S %p'],
  ['c', '%a %b %e %H:%M:%S %Y'],
])

/** Compiles a strftime pattern; dates are told in UTC. @throws RafkaError `INVALID_ARGUMENT` */
export function compileStrftime(flag: string, pattern: string): (date: Date) => string {
  const spelled = pattern.replace(/%([FTRDrc])/g, (_, field: string) => short.get(field)!)
  const pieces: Field[] = []
  const piece = /%(.?)|[^%]+/gsu
  for (const [text, field] of spelled.matchAll(piece)) {
    if (field === undefined) pieces.push(() => text)
    else pieces.push(fields.get(field) ?? unknownField(flag, field))
  }
  return (date) => pieces.map((show) => show(date)).join('')
}

function unknownField(flag: string, field: string): never {
  const known = [...fields.keys(), ...short.keys()].map((name) => `%${name}`).join(' ')
  throw wrongFormat(flag, `{strftime[…]} does not know %${field}`, `known are ${known}`)
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
}
