import type { Paint } from '../../output/paint.ts'
import type { Picture, Piece } from './frame.ts'
import type { Painted } from './line-aids.ts'

/** What stands before each further line of an entry. */
const CONTINUATION = '... '

/** A text that is typed, as a picture: the prompt, the text with its painted parts, and what may follow. */
export function composePicture(
  prompt: readonly Piece[],
  text: string,
  cursor: number,
  painted: readonly Painted[],
  ghost: string,
  paint: Paint,
): Picture {
  const pieces = [...prompt]
  let cursorAfter = pieces.length
  const cuts = new Set([0, cursor, text.length, ...painted.flatMap(({ start, end }) => [start, end])])
  const edges = [...cuts].filter((edge) => edge >= 0 && edge <= text.length).sort((a, b) => a - b)
  for (const [index, start] of edges.entries()) {
    if (start === cursor) cursorAfter = pieces.length
    const end = edges[index + 1]
    if (end === undefined) break
    const style = painted.find((part) => part.start <= start && end <= part.end)?.paint
    pushLines(pieces, text.slice(start, end), style, paint)
  }
  if (ghost !== '') pieces.push({ text: ghost, paint: paint.dim, isCut: true })
  return { pieces, cursorAfter }
}

function pushLines(pieces: Piece[], text: string, style: Piece['paint'], paint: Paint): void {
  for (const [index, line] of text.split('\n').entries()) {
    if (index > 0) pieces.push({ text: '\n' }, { text: CONTINUATION, paint: paint.dim })
    if (line !== '') pieces.push({ text: line, paint: style })
  }
}
