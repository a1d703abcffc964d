import { handlers } from '../../src/broker/handlers/index.ts'
import { apis } from '../../src/protocol/apis/index.ts'

const start = '<!-- apis: written by scripts/compatibility.ts -->'
const end = '<!-- /apis -->'

/** The text of docs/compatibility.md with a fresh table of what the broker answers, and in which versions. */
export function withApiTable(text: string): string {
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the file has no place for the table, from "${start}" to "${end}"`)
  return `${text.slice(0, from + start.length)}\n${apiTable().join('\n')}\n${text.slice(to)}`
}

function apiTable(): string[] {
  const answered = new Map(handlers.map((handler) => [handler.api.key, handler]))
  const rows = [...apis]
    .sort((a, b) => a.key - b.key)
    .map(({ key, name, versions: [min, max] }) => {
      const handler = answered.get(key)
      const broker = handler === undefined ? 'no' : range(handler.minVersion, handler.maxVersion)
      return `| ${key} | ${name} | ${broker} | ${range(min, max)} |`
    })
  return ['| key | API | answered | defined |', '|---|---|---|---|', ...rows]
}

function range(min: number, max: number): string {
  return min === max ? String(min) : `${min}–${max}`
}
