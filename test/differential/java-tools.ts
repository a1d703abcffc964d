import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { expect, inject, test } from 'vitest'
import { serveBroker } from '../support/served-broker.ts'
import { launcher } from './launcher.ts'

/** One of Java's tools, run to its end against one of the two brokers. Its output becomes part of what is compared. */
export interface JavaTools {
  /** `host:port` */
  readonly brokers: string
  /** For the names of topics and groups: the same on both sides, new in each run. */
  readonly run: string
  /** `tool('topics', '--list')`; the broker's address is put in by itself. @returns what it wrote */
  tool(verb: string, ...args: string[]): Promise<string>
  /** The same, with lines for its input. */
  feed(lines: readonly string[], verb: string, ...args: string[]): Promise<string>
  /** Runs it, and compares nothing. */
  quietly(verb: string, ...args: string[]): Promise<string>
  /** Starts it, and stops it when the script is over. */
  start(verb: string, ...args: string[]): void
  /** Runs it again and again until it wrote what is wanted, and compares that. */
  toolUntil(wanted: RegExp, verb: string, ...args: string[]): Promise<string>
}

const port = inject('kafkaPort')
const missing = port === 0 ? 'no Kafka' : existsSync(launcher) ? '' : 'no Java tools of Kafka'
const run = Date.now().toString(36)
const GIVE_UP_MS = 30_000

/** A test that runs Java's tools against Rafka and against Kafka, and compares what they print. Skipped where there is no Kafka. */
export function samePrinted(name: string, script: (tools: JavaTools) => Promise<void>): void {
  const title = `${name}${missing === '' ? '' : ` (skipped: ${missing})`}`
  test.skipIf(missing !== '')(title, { timeout: 300_000 }, async () => {
    await using rafka = await serveBroker({ engine: 'sqlite', configs: { 'group.initial.rebalance.delay.ms': '0' } })
    const kafka = await printed(`127.0.0.1:${port}`, script)
    expect(await printed(rafka.brokers, script)).toEqual(kafka)
  })
}

async function printed(brokers: string, script: (tools: JavaTools) => Promise<void>): Promise<string[]> {
  const seen: string[] = []
  const stops: Array<() => void> = []
  const note = (verb: string, args: readonly string[], output: string) =>
    void seen.push(`${verb} ${args.map(withoutPath).join(' ')}\n${normalized(output, brokers)}`)
  // Most tools take the address so; the others are told where it stands.
  const commandLine = (verb: string, args: readonly string[]) => {
    if (args.some((arg) => arg.includes('BROKERS')))
      return [verb, ...args.map((arg) => arg.replaceAll('BROKERS', brokers))]
    const address = ['--bootstrap-server', brokers]
    return verb === 'java' ? [verb, ...args, ...address] : [verb, ...address, ...args]
  }
  const ended = async (lines: readonly string[], verb: string, args: readonly string[]) => {
    const child = spawn(launcher, commandLine(verb, args))
    child.stdin.on('error', () => {})
    child.stdin.end(lines.map((line) => `${line}\n`).join(''))
    const [output, errors, status] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve) => child.once('close', resolve)),
    ])
    return `${output}${errors}status ${String(status)}`
  }
  const tools: JavaTools = {
    brokers,
    run,
    async tool(verb, ...args) {
      const output = await ended([], verb, args)
      note(verb, args, output)
      return output
    },
    async feed(lines, verb, ...args) {
      const output = await ended(lines, verb, args)
      note(verb, args, output)
      return output
    },
    quietly: (verb, ...args) => ended([], verb, args),
    start(verb, ...args) {
      const child = spawn(launcher, commandLine(verb, args), { stdio: 'ignore' })
      stops.push(() => void child.kill('SIGKILL'))
    },
    async toolUntil(wanted, verb, ...args) {
      const deadline = Date.now() + GIVE_UP_MS
      for (;;) {
        const output = await ended([], verb, args)
        if (wanted.test(output) || Date.now() > deadline) {
          note(verb, args, output)
          return output
        }
      }
    },
  }
  try {
    await script(tools)
    return seen
  } finally {
    for (const stop of stops) stop()
  }
}

const withoutPath = (arg: string) => (arg.startsWith('/') ? 'FILE' : arg)

/** Without what is another in each run, and without the words of errors, which are each broker's own. */
function normalized(output: string, brokers: string): string {
  return (
    output
      .replaceAll(brokers, 'BROKERS')
      .replaceAll(/"avg_throughput":[\d.E]+/g, 'THROUGHPUT')
      .replaceAll(/\d+(?=\s+(Empty|Ongoing|Complete\w+)\s)/g, 'PRODUCER')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
      .replaceAll(/(?<![\w-])[\w-]{22}(?![\w-])/g, 'ID')
      .replaceAll(/(?<!\d)\d{13}(?!\d)/g, 'MS')
      .replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[:.]\d{3}/g, 'TIME')
      .replaceAll(/(?<= )\d{5}(?= )/g, 'PORT')
      // How many batches there are is a matter of time.
      .replaceAll(/"size":\d+/g, 'SIZE')
      // Kafka sets it for all topics where replicas may be elected that are behind (KIP-966).
      .replaceAll(/min\.insync\.replicas=1,?/g, '')
      .replaceAll(/"log_?[dD]irs?":\[?"[^"]*"\]?/g, 'DIRECTORY')
      .split('\n')
      .filter((line) => !/^SLF4J|^\s+at |KIP-848|deprecated/.test(line))
      .map((line) =>
        line
          .replace(/(Exception|command|due to:?)\s*:.*/, '$1')
          .replace(/ +/g, ' ')
          .trim(),
      )
      .join('\n')
  )
}
