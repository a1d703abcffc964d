/** Characters that take no column: combining marks and variation selectors, joiners, what Hangul puts below and behind. */
const narrowest = /^(?:\p{Mn}|\p{Me}|[\u200b-\u200f\u2060-\u2064\ufeff\u1160-\u11ff])$/u
/** Characters that take two: East Asian scripts, full-width forms, emoji that are not text (of a flag's letters, each takes one). */
const widest =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|(?![\u{1f1e6}-\u{1f1ff}])\p{Emoji_Presentation})$/u
const ascii = /^[ -~]*$/

/** Columns that a text without controls takes on a terminal. */
export function textWidth(text: string): number {
  if (ascii.test(text)) return text.length
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

/** The text, or as much of it as fits before a `…`. */
export function cutToWidth(text: string, width: number): string {
  return textWidth(text) <= width ? text : `${takeWidth(text, width - 1)}…`
}

/** The text, or as much of its beginning and its end as fits around a `…`: names differ at their end too, though more of them near their middle. */
export function cutMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  const tail = [...takeWidth([...text].reverse(), Math.floor((width - 1) / 3))].reverse().join('')
  return `${takeWidth(text, width - 1 - textWidth(tail))}…${tail}`
}

/** As many characters as fit. */
export function takeWidth(characters: Iterable<string>, width: number): string {
  let used = 0
  let taken = ''
  for (const character of characters) {
    used += characterWidth(character)
    if (used > width) break
    taken += character
  }
  return taken
}

function characterWidth(character: string): number {
  if (narrowest.test(character)) return 0
  return widest.test(character) ? 2 : 1
}
