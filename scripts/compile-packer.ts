/**
 * Compiles the packer of records to WebAssembly. A test compares what is in the repository with what comes of this.
 *
 *     npx tsx scripts/compile-packer.ts
 */
import { writeFileSync } from 'node:fs'
import { main } from 'assemblyscript/asc'

const folder = 'src/records/packer'
/** The one memory of the module, in pages of 64 KiB: `pack.ts` shares it out. */
const PAGES = '3'

/** The module of which `packed.ts` tells. @throws Error with what the compiler has to say */
export async function compilePacker(): Promise<string> {
  let compiled: Uint8Array | undefined
  const { error, stderr } = await main(
    [
      `${folder}/pack.ts`,
      ...['--outFile', 'pack.wasm', '--optimizeLevel', '3', '--shrinkLevel', '0', '--noAssert'],
      ...['--runtime', 'stub', '--enable', 'simd', '--initialMemory', PAGES, '--maximumMemory', PAGES],
    ],
    {
      writeFile: (_name, contents) => {
        compiled = contents as Uint8Array
      },
    },
  )
  if (error !== null || compiled === undefined) throw new Error(stderr.toString(), { cause: error })
  return Buffer.from(compiled).toString('base64')
}

/** The text of `packed.ts`. */
export function moduleText(base64: string): string {
  const lines = base64.match(/.{1,100}/g) ?? []
  const text = lines.map((line) => `  '${line}'`).join(' +\n')
  return `/** Compiled from \`pack.ts\` by \`scripts/compile-packer.ts\`: WebAssembly as base64. */\nexport const packed =\n${text}\n`
}

if (process.argv[1] === import.meta.filename) writeFileSync(`${folder}/packed.ts`, moduleText(await compilePacker()))
