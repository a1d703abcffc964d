/**
 * `rafka produce` and `rafka consume` against kcat on the same broker, and embedded: lines a second, whole processes.
 *
 *     npm run build && npx tsx bench/lines.ts
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measure, report } from './measure.ts'
import { rafkaPath, run, startBroker } from './processes.ts'
import { writeSample } from './sample-lines.ts'

const directory = await mkdtemp(join(tmpdir(), 'rafka-bench-'))
const served = join(directory, 'served')
const embedded = join(directory, 'embedded')
const broker = await startBroker(served)
const samples = [
  await writeSample(join(directory, 'short'), 'lines of 7 B', 1_000_000, 7),
  await writeSample(join(directory, 'lines'), 'lines of 100 B', 1_000_000, 100),
]
const queue = ['-X', 'queue.buffering.max.messages=1000000']
let count = 0

try {
  for (const { name, path, lines } of samples) {
    const rafka = async (args: readonly string[]) => {
      await run(process.execPath, [rafkaPath, ...args], path)
      return lines
    }
    const topic = () => `bench-${count++}`
    report(
      `produce, ${name}`,
      'lines/s',
      await measure([
        {
          name: 'kcat -P',
          run: () => run('kcat', ['-P', '-b', broker.brokers, ...queue, '-t', topic(), '-l', path]).then(() => lines),
        },
        { name: 'rafka produce -b (TCP)', run: () => rafka(['produce', '-b', broker.brokers, topic()]) },
        { name: 'rafka produce (local socket)', run: () => rafka(['produce', '--data-dir', served, topic()]) },
        { name: 'rafka produce (embedded)', run: () => rafka(['produce', '--data-dir', embedded, topic()]) },
      ]),
    )
    const read = topic()
    await rafka(['produce', '--data-dir', served, read])
    await rafka(['produce', '--data-dir', embedded, read])
    report(
      `consume, ${name}`,
      'lines/s',
      await measure([
        {
          // By count: with -e it would wait half a second at the end, for the broker to say that there is no more.
          name: 'kcat -C -c',
          run: () => run('kcat', ['-C', '-b', broker.brokers, '-t', read, '-c', String(lines), '-q']).then(() => lines),
        },
        { name: 'rafka consume -b (TCP)', run: () => rafka(['consume', '-b', broker.brokers, '-e', read]) },
        { name: 'rafka consume (local socket)', run: () => rafka(['consume', '--data-dir', served, '-e', read]) },
        { name: 'rafka consume (embedded)', run: () => rafka(['consume', '--data-dir', embedded, '-e', read]) },
      ]),
    )
  }
} finally {
  await broker.stop()
  await rm(directory, { recursive: true })
}
