import { createInterface } from 'node:readline'
import type { Transport } from '../../src/client/transport.ts'
import { DataDirectory } from '../../src/data-directory/data-directory.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'

/**
 * A program that uses data directories, for tests with several processes. Run with the directory and a number of clients in it. Each line on stdin is
 * a command: `dial` connects every client and tells the role of each, again whenever a connection goes; `create NAME` makes a topic;
 * `topics` lists them; `close` lets go. Answers are lines of JSON.
 */
const [path, clients] = process.argv.slice(2)
const settings = { storage: { durability: 'os' as const }, yields: process.argv[4] === 'yields' }
const directories = Array.from({ length: Number(clients) }, () => new DataDirectory(path!, 'peer', settings))
let transport: Transport | undefined

function tell(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

async function dial(directory: DataDirectory): Promise<void> {
  const dialled = await directory.dial()
  transport = dialled
  tell({ role: directory.owned === undefined ? 'attached' : 'owner' })
  void dialled.closed.then(async (reason) => {
    if (reason !== undefined) await dial(directory)
  })
}

const commands: Readonly<Record<string, (argument: string) => Promise<void>>> = {
  dial: async () => void (await Promise.all(directories.map(dial))),
  async create(name) {
    const topic = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
    const body = createTopics.request.create({ topics: [topic], timeoutMs: 1_000 })
    const response = await transport!.request(createTopics, body)
    tell({ created: response.topics.map(({ errorCode }) => errorCode) })
  },
  async topics() {
    const response = await transport!.request(metadata, metadata.request.create({ topics: null }))
    tell({ topics: response.topics.map((topic) => topic.name) })
  },
  async close() {
    await transport?.close()
    await Promise.all(directories.map((directory) => directory.close()))
    tell({ closed: true })
  },
}

tell({ started: process.pid })
for await (const line of createInterface(process.stdin)) {
  const [command = '', argument = ''] = line.split(' ')
  commands[command]?.(argument).catch((error: Error & { code?: string }) =>
    tell({ error: error.code, message: error.message }),
  )
}
