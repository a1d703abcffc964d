import { fileURLToPath } from 'node:url'

/** A program that starts Kafka, and Java's tools: `launcher start DIR`, `launcher topics …`. Not everybody has it. */
export const launcher = fileURLToPath(new URL('../../../shared/tools/kafka', import.meta.url))
