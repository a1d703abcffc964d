/**
 * Memory of a broker that holds many idle connections and many partitions.
 *
 *     npm run build && npx tsx bench/many.ts [CONNECTIONS] [PARTITIONS]
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as openSocket, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../src/index.ts'
import { apiVersions } from '../src/protocol/apis/api-versions.ts'
import { rawClient } from '../test/support/raw-client.ts'
import { startBroker } from './processes.ts'

const PARTITIONS_PER_TOPIC = 1000
/** Sockets that are opened at once. */
const STEP = 200

const connections = Number(process.argv[2] ?? 10_000)
const partitions = Number(process.argv[3] ?? 10_000)
const directory = await mkdtemp(join(tmpdir(), 'rafka-bench-'))
const broker = await startBroker(join(directory, 'data'))
const port = Number(broker.brokers.split(':')[1])
const told = (what: string) => console.log(`  ${what.padEnd(52)} ${broker.residentMb().toFixed(0)} MB`)

console.log('memory of the broker, resident')
told('idle')
await using rafka = await connect({ brokers: [broker.brokers] })
const names = Array.from({ length: Math.ceil(partitions / PARTITIONS_PER_TOPIC) }, (_, index) => `many-${index}`)
for (const name of names) {
  const [created] = await rafka.admin().createTopics([{ name, partitions: PARTITIONS_PER_TOPIC }])
  if (created?.error != null) throw new Error(created.error.message)
}
told(`${names.length * PARTITIONS_PER_TOPIC} partitions`)

const sockets: Socket[] = []
while (sockets.length < connections) {
  const opened = await Promise.all(
    Array.from({ length: Math.min(STEP, connections - sockets.length) }, async () => {
      const socket = openSocket({ host: '127.0.0.1', port })
      await once(socket, 'connect')
      return socket
    }),
  )
  sockets.push(...opened)
}
{
  await using client = await rawClient({ host: '127.0.0.1', port })
  client.send(apiVersions, 0, 1, {})
  await client.receive(apiVersions, 0)
}
told(`${sockets.length} idle connections beside them, and it answers`)
const lost = sockets.filter(({ destroyed, readyState }) => destroyed || readyState !== 'open').length
if (lost > 0) console.log(`  ${lost} of them were closed by the broker`)
for (const socket of sockets) socket.destroy()
await rafka.close()
await broker.stop()
await rm(directory, { recursive: true })
