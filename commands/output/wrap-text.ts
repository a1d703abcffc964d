import { textWidth } from './text-width.ts'

/** Breaks text between words into lines of at most `width` columns; a longer word stands alone. */
export function wrapText(text: string, width = Number.POSITIVE_INFINITY): string[] {
  if (textWidth(text) <= width) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line.trimEnd())
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/**
 * The first line of a text behind a label, broken so that no word is cut; what has no room there stands below it. Lines of its own stay as they are,
 * and so does a text with a word for which no line has room.
 */
export function besideLabel(label: string, text: string, width = Number.POSITIVE_INFINITY): string[] {
  const [first = '', ...others] = text.split('\n')
  const indent = ' '.repeat(label.length + 1)
  const room = width - indent.length
  const fits = first.split(' ').every((word) => textWidth(word) <= room)
  const [beside, ...below] = fits ? wrapText(first, room) : [first]
  return [`${label} ${beside}`, ...below.map((line) => `${indent}${line}`), ...others]
}
