const token = /"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+|[{}[\],:]/gs

/** Valid JSON with line breaks and two spaces a level; numbers and strings stay as they were written. */
export function reindentJson(json: string): string {
  let depth = 0
  let before = ''
  let result = ''
  for (const [piece] of json.matchAll(token)) {
    const closes = piece === '}' || piece === ']'
    const opened = before === '{' || before === '['
    if (closes) depth -= 1
    if (closes ? !opened : opened || before === ',') result += `\n${'  '.repeat(depth)}`
    result += piece === ':' ? ': ' : piece
    if (piece === '{' || piece === '[') depth += 1
    before = piece
  }
  return result
}
