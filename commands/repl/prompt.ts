import { escapeText } from '../output/escape-text.ts'
import type { Paint, PaintName } from '../output/paint.ts'
import { countOf } from '../output/quantities.ts'
import type { Piece } from './editor/frame.ts'
import type { OpenSession } from './kept-session.ts'
import type { Place } from './place.ts'

/** `rafka local/orders [1 tail]> `: where lines go, in the profile's colour, and what runs besides. */
export function promptPieces(place: Place, tails: number, paint: Paint): Piece[] {
  const { current } = place.session
  const name = current === undefined ? '(not connected)' : placeName(current)
  const color = current?.config.get('prompt')
  const painted = current === undefined ? paint.yellow : color === undefined ? paint.cyan : paint[paintOf(color)]
  const topic = place.topic === undefined ? '' : `/${escapeText(place.topic)}`
  return [
    { text: 'rafka ' },
    { text: name, paint: painted },
    { text: topic },
    { text: tails === 0 ? '' : ` [${countOf(tails, 'tail')}]`, paint: paint.dim },
    { text: '> ' },
  ]
}

/** The profile, the brokers, or `local` for a data directory. */
export function placeName({ session, config }: OpenSession): string {
  if (config.profile !== undefined) return escapeText(config.profile.name)
  if (session.embedded !== undefined) return 'local'
  const [first, ...others] = config.get('brokers') ?? []
  return escapeText(others.length === 0 ? String(first) : `${first},+${others.length}`)
}

/** `bg-red` is `bgRed`. */
function paintOf(color: string): PaintName {
  return color.replace(/^bg-(.)/, (_, first: string) => `bg${first.toUpperCase()}`) as PaintName
}
