import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { launcher } from './launcher.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Port of a Kafka on the loopback interface; 0: there is none. */
    kafkaPort: number
  }
}

const run = promisify(execFile)
/** Kafka shares partitions out at most once in a second, and in a thread of its own: here it is to answer at once, as Rafka does. */
const settings = ['group.consumer.assignment.interval.ms=0', 'group.consumer.assignor.offload.enable=false']

/** Finds the Kafka to compare with: the one on the port `KAFKA_PORT`, else one that is started for the run where there is a launcher. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const named = Number(process.env.KAFKA_PORT ?? 0)
  if (named > 0 || !existsSync(launcher)) {
    project.provide('kafkaPort', named)
    return undefined
  }
  const directory = await mkdtemp(join(tmpdir(), 'kafka-'))
  try {
    const { stdout } = await run(launcher, ['start', directory, ...settings])
    project.provide('kafkaPort', Number(stdout.split(' ')[0]))
  } catch (error) {
    console.warn(`no Kafka to compare with: ${error instanceof Error ? error.message : String(error)}`)
    project.provide('kafkaPort', 0)
  }
  return async () => {
    await run(launcher, ['stop', directory]).catch(() => {})
    await rm(directory, { recursive: true, force: true })
  }
}
