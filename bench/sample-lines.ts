import { open } from 'node:fs/promises'

/** Input for the benchmarks: lines that are all different and do not compress to nothing. */
export interface Sample {
  readonly name: string
  readonly path: string
  readonly lines: number
  readonly lineBytes: number
}

/** Writes `lines` lines of `lineBytes` each (without the line feed) to a file. The same each time. */
export async function writeSample(path: string, name: string, lines: number, lineBytes: number): Promise<Sample> {
  const file = await open(path, 'w')
  const noise = pseudoRandomText(64 * 1024 + lineBytes)
  let chunk: string[] = []
  for (let index = 0; index < lines; index++) {
    const prefix = index.toString(36).padStart(6, '0')
    const start = (index * 8191) % (64 * 1024)
    chunk.push(`${prefix}${noise.slice(start, start + lineBytes - prefix.length)}\n`)
    if (chunk.length * lineBytes > 4 * 2 ** 20 || index === lines - 1) {
      await file.write(chunk.join(''))
      chunk = []
    }
  }
  await file.close()
  return { name, path, lines, lineBytes }
}

function pseudoRandomText(length: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789 /:=-'
  let state = 12345
  let text = ''
  for (let index = 0; index < length; index++) {
    state = (state * 1103515245 + 12345) % 2 ** 31
    text += alphabet[(state >> 16) % alphabet.length]
  }
  return text
}
