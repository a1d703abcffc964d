import { defineConfig } from 'vitest/config'

/** The same requests to Rafka and to Apache Kafka: `npm run test:differential`. */
export default defineConfig({
  test: {
    include: ['test/differential/**/*.differential.ts'],
    globalSetup: 'test/differential/kafka.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 1,
    reporters: ['default'],
  },
})
