import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { packageFile } from '../config/package-file.ts'
import { type Hook, type Message, open, type Rafka, type SendReceipt } from '../src/index.ts'
import { type CommandSpec, defineCommand } from './command.ts'
import { escapeBytes } from './output/escape-text.ts'
import { printPaged } from './output/pager.ts'
import { countOf, formatElapsed } from './output/quantities.ts'
import type { Terminal } from './output/terminal.ts'

interface DemoFlags {
  readonly recording?: boolean
  readonly storage?: string
}

const orders = [
  { key: 'ann', value: '{"item":"tea","card":"4111111111111111"}' },
  { key: 'bob', value: '{"item":"coffee","card":"5500005555555559"}' },
  { key: 'ann', value: '{"item":"cake","card":"4111111111111111"}' },
  { key: 'test', value: '{"item":"nothing"}' },
]

/** Changes and drops records on their way into the log, as a user's hook would. */
const guard: Hook = {
  name: 'guard',
  topics: ['orders'],
  onAppend({ key, value }) {
    if (key?.toString() === 'test') return 'drop'
    const masked = value?.toString().replace(/\d{12}(\d{4})/, '************$1')
    return masked === undefined ? undefined : { value: Buffer.from(masked) }
  },
}

/** `rafka demo`: all parts at work, in a directory of its own that goes afterwards. */
export const demo: CommandSpec<DemoFlags> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka demo', 'takes a second and leaves nothing behind'],
    ['rafka demo --storage memory', 'on the other storage engine'],
    ['rafka demo --recording', 'what the REPL is like'],
  ],
  declare: (command) =>
    command
      .option('--storage <engine>', 'sqlite (default) or memory', readEngine)
      .option('--recording', 'show a session of the REPL, as it was recorded, instead'),
  async run({ terminal, wantsJson }, { flags }) {
    if (flags.recording === true) return await showRecording(terminal, wantsJson)
    const type = flags.storage === 'memory' ? 'memory' : 'sqlite'
    const dataDir = await mkdtemp(join(tmpdir(), 'rafka-demo-'))
    const paint = await terminal.paint()
    const tell = (part: string, text: string) => {
      if (!wantsJson) terminal.print(`${paint.bold(part.padEnd(9))} ${text}`)
    }
    try {
      const written = await write(dataDir, type, tell)
      const read = await readBack(dataDir, type, tell)
      if (wantsJson)
        terminal.json({ ok: true, storage: type, sent: orders.length, receipts: written, records: read.map(inJson) })
      else
        terminal.print(
          `\nNow yours: ${paint.cyan('seq 1 1000000 | rafka produce numbers')}, or ${paint.cyan('rafka')} to explore`,
        )
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
  },
})

/** What scripts/record-repl.ts recorded. */
async function showRecording(terminal: Terminal, wantsJson: boolean): Promise<void> {
  const recording = packageFile('docs/recording.txt')
  if (wantsJson) terminal.json({ recording })
  else await printPaged(terminal, recording.trimEnd().split('\n'))
}

function readEngine(text: string): string {
  if (text === 'sqlite' || text === 'memory') return text
  throw new InvalidArgumentError('Expected sqlite or memory')
}

type Tell = (part: string, text: string) => void

async function write(dataDir: string, type: 'sqlite' | 'memory', tell: Tell): Promise<SendReceipt[]> {
  const startedAt = performance.now()
  await using rafka = await open({ dataDir, storage: { type }, hooks: [guard] })
  const { port } = await rafka.listen({ port: 0 })
  tell('broker', `open in ${formatElapsed(performance.now() - startedAt)}, Kafka clients may come to 127.0.0.1:${port}`)
  tell('storage', `${type}, in ${dataDir}`)
  tell('hook', 'guard: masks card numbers, drops tests')
  await rafka.admin().createTopics([{ name: 'orders', partitions: 1 }])
  tell('topic', 'orders, 1 partition')
  await using producer = rafka.producer()
  const receipts = await producer.sendAll(orders.map((order) => ({ topic: 'orders', ...order })))
  for (const [index, { key, value }] of orders.entries())
    tell('producer', `sent ${key}  ${value}  → @${receipts[index]?.offset}`)
  return receipts
}

async function readBack(dataDir: string, type: 'sqlite' | 'memory', tell: Tell): Promise<Message[]> {
  await using rafka = await open({ dataDir, storage: { type } })
  tell('broker', 'closed and opened again: what was acknowledged is there')
  const messages = await readAll(rafka)
  for (const { offset, key, value } of messages) {
    tell('consumer', `read @${offset} ${shown(key)}  ${shown(value)}`)
  }
  for await (const batch of rafka.admin().batches({ topic: 'orders', partition: 0 })) {
    tell(
      'storage',
      `one batch of ${batch.sizeBytes} bytes, offsets ${batch.baseOffset}-${batch.lastOffset}: ${countOf(batch.records, 'record')}, one was dropped`,
    )
  }
  return messages
}

async function readAll(rafka: Rafka): Promise<Message[]> {
  const messages: Message[] = []
  for await (const message of rafka.consumer({ topics: ['orders'], to: 'end' })) messages.push(message)
  return messages
}

function shown(bytes: Buffer | null): string {
  return bytes === null ? '-' : escapeBytes(bytes)
}

function inJson({ partition, offset, key, value }: Message): object {
  return { partition, offset, key: key?.toString() ?? null, value: value?.toString() ?? null }
}
