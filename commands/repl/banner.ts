import { homedir } from 'node:os'
import { packageVersion } from '../../config/package-file.ts'
import { escapeText } from '../output/escape-text.ts'
import { countOf } from '../output/quantities.ts'
import { textWidth } from '../output/text-width.ts'
import type { OpenSession } from './kept-session.ts'
import { placeName } from './prompt.ts'

/**
 * One line that says where one is: `rafka 0.3.0 · local ~/.local/share/rafka · 4 topics · "help" or Ctrl-D`; where that is wider than the
 * terminal, it is broken between its parts.
 */
export async function banner(current: OpenSession, columns = Number.POSITIVE_INFINITY): Promise<string> {
  const parts = [`rafka ${packageVersion()}`, ...(await placeParts(current)), '"help" or Ctrl-D']
  const lines: string[] = []
  for (const part of parts) {
    const longer = `${lines.at(-1)} · ${part}`
    if (lines.length > 0 && textWidth(longer) <= columns) lines[lines.length - 1] = longer
    else lines.push(part)
  }
  return lines.join('\n')
}

/** What a new place is: `local ~/data · 4 topics`. */
export async function placeLine(current: OpenSession): Promise<string> {
  return (await placeParts(current)).join(' · ')
}

async function placeParts(current: OpenSession): Promise<string[]> {
  const topics = (await current.session.rafka.admin().listTopics()).filter(({ internal }) => !internal)
  return [where(current), countOf(topics.length, 'topic')]
}

function where(current: OpenSession): string {
  const { session, config } = current
  const name = placeName(current)
  if (session.embedded === undefined) {
    const brokers = escapeText((config.get('brokers') ?? []).join(','))
    return name === brokers ? brokers : `${name} ${brokers}`
  }
  const { dataDir, role, pid } = session.embedded.status()
  const home = homedir()
  const path = dataDir?.startsWith(`${home}/`) === true ? `~${dataDir.slice(home.length)}` : (dataDir ?? 'in memory')
  const server = role === 'attached' && pid !== null ? ` (served by process ${pid})` : ''
  return `${name} ${escapeText(path)}${server}`
}
