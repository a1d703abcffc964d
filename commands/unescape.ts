const simple: ReadonlyMap<string, number> = new Map([
  ['n', 0x0a],
  ['t', 0x09],
  ['r', 0x0d],
  ['0', 0x00],
  ['\\', 0x5c],
])

/** Bytes of a text in which `\n`, `\t`, `\r`, `\0`, `\\` and `\xNN` stand for bytes; any other backslash makes it undefined. */
export function unescapeBytes(text: string): Buffer | undefined {
  const pieces: Buffer[] = []
  const sequence = /\\(?:x([0-9a-fA-F]{2})|(.))|\\$/gs
  let last = 0
  for (let match = sequence.exec(text); match !== null; match = sequence.exec(text)) {
    const byte = match[1] === undefined ? simple.get(match[2] ?? '') : Number.parseInt(match[1], 16)
    if (byte === undefined) return undefined
    pieces.push(Buffer.from(text.slice(last, match.index)), Buffer.from([byte]))
    last = sequence.lastIndex
  }
  pieces.push(Buffer.from(text.slice(last)))
  return Buffer.concat(pieces)
}
