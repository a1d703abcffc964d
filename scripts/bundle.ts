/**
 * Bundles the command line and the library into a few files: Node opens each module by itself, and two hundred small ones cost a third of
 * the start-up. All entries share their chunks, so that there is one `RafkaError`, whoever imports it.
 */
import { rm } from 'node:fs/promises'
import { build } from 'esbuild'

await rm('dist', { recursive: true, force: true })
await build({
  entryPoints: ['bin/rafka.ts', 'src/index.ts', 'src/testing.ts', 'src/sql/worker/main.ts'],
  outdir: 'dist',
  outbase: '.',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
})
