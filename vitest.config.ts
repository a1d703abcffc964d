import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default'],
    // Of processes too that still run when the home that a test gave them is removed.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/rafka-tests', import.meta.url)) },
  },
})
