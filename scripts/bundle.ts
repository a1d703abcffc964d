/**
 * Bundles the library and the program. The library's entries share their chunks, so that there is one of each thing, whoever imports it. The program is
 * one function, with the packages that are no dependencies, so that V8 can keep what it compiled (`bin/rafka.ts`), which it cannot of ES modules.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type BuildOptions, build } from 'esbuild'
import { writeNotices } from './notices.ts'

const common = {
  outbase: '.',
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
} satisfies BuildOptions

rmSync('dist', { recursive: true, force: true })
await build({
  ...common,
  entryPoints: ['src/index.ts', 'src/testing.ts', 'src/sql/worker/main.ts'],
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  format: 'esm',
  packages: 'external',
  sourcemap: true,
})

const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const program = {
  ...common,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: {
    'import.meta.dirname': '__dirname',
    'import.meta.url': 'importMetaUrl',
    'import.meta.resolve': 'require.resolve',
  },
} satisfies BuildOptions

await build({ ...program, entryPoints: ['bin/rafka.ts'] })
const { metafile, outputFiles } = await build({
  ...program,
  write: false,
  entryPoints: ['bin/program.ts'],
  external: [...Object.keys({ ...dependencies, ...optionalDependencies }), 'tsx'],
  banner: {
    js: `(function (require, importModule, __filename, __dirname) {
'use strict'
const importMetaUrl = require('node:url').pathToFileURL(__filename).href`,
  },
  footer: { js: '})' },
  metafile: true,
})
// Code out of V8's cache does not know whose it is, and can import nothing: what started it does that for it.
for (const { path, text } of outputFiles) writeFileSync(path, text.replaceAll(/(?<![\w$.])import\(/g, 'importModule('))
writeNotices(metafile, 'dist/bin/THIRD-PARTY-NOTICES.txt')
