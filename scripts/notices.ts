import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

/**
 * Writes the licences of all packages that a bundle holds parts of into one file: each asks for that.
 * @throws Error for a package that has no licence beside it
 */
export function writeNotices({ inputs }: Metafile, path: string): void {
  const folders = Object.keys(inputs).flatMap((input) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [])
  const notices = [...new Set(folders)].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
    if (licence === undefined) throw new Error(`${name} is bundled, but has no licence in ${folder}`)
    return `${name} ${version}\n\n${readFileSync(join(folder, licence), 'utf8').trim()}\n`
  })
  writeFileSync(path, notices.join(`\n${'-'.repeat(80)}\n\n`))
}
