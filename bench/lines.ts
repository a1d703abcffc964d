/**
 * `rafka produce` and `rafka consume` against kcat on the same broker, and embedded: lines a second, whole processes. Lines as they are, with keys,
 * and as JSON, which kcat writes but does not read. What one run wrote is deleted before the next: so disks don't fill, and memory of the page cache that was used
 * before is used again, which in a virtual machine takes a fraction of the time.
 *
 * Of a million lines a fifth of the time is the start of the process; more of them show the rate alone.
 *
 *     npm run build && npx tsx bench/lines.ts [LINES]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measure, report } from './measure.ts'
import { rafkaPath, run, startBroker } from './processes.ts'
import { deleteTopics } from './room.ts'
import { writeSample } from './sample-lines.ts'

const lineCount = Number(process.argv[2] ?? 1_000_000)
const directory = await mkdtemp(join(tmpdir(), 'rafka-bench-'))
const served = join(directory, 'served')
const embedded = join(directory, 'embedded')
const broker = await startBroker(served)
const samples = [
  await writeSample(join(directory, 'short'), 'lines of 7 B', lineCount, 7),
  await writeSample(join(directory, 'lines'), 'lines of 100 B', lineCount, 100),
]
const queue = ['-X', 'queue.buffering.max.messages=1000000']
let count = 0

try {
  for (const { name, path, lines } of samples) {
    const rafka = async (args: readonly string[]) => {
      await run(process.execPath, [rafkaPath, ...args], path)
      return lines
    }
    const topic = () => `bench-${++count}`
    const cleanUp = () => deleteTopics(broker.brokers, served, [`bench-${count}`])
    report(
      `produce, ${name}`,
      'lines/s',
      await measure([
        {
          name: 'kcat -P',
          run: () => run('kcat', ['-P', '-b', broker.brokers, ...queue, '-t', topic(), '-l', path]).then(() => lines),
          cleanUp,
        },
        { name: 'rafka produce -b (TCP)', run: () => rafka(['produce', '-b', broker.brokers, topic()]), cleanUp },
        { name: 'rafka produce (local socket)', run: () => rafka(['produce', '--data-dir', served, topic()]), cleanUp },
        {
          name: 'rafka produce (embedded)',
          run: () => rafka(['produce', '--data-dir', embedded, topic()]),
          cleanUp: () => rm(embedded, { recursive: true }),
        },
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
    await cleanUp()
    await rm(embedded, { recursive: true })
  }
  await compareForms()
} finally {
  await broker.stop()
  await rm(directory, { recursive: true })
}

/** Keys, formats of verbs and JSON, on the broker over TCP. */
async function compareForms(): Promise<void> {
  const lines = lineCount
  const { path } = await writeSample(join(directory, 'keyed'), 'lines of 100 B', lines, 100)
  const [at, json] = [['-b', broker.brokers], join(directory, 'json')]
  // Every line of the sample begins with a number of its own, which becomes the key.
  const keyed = join(directory, 'keyed-lines')
  await run('awk', ['{print substr($0, 1, 6) ":" substr($0, 7) > out}', `out=${keyed}`, path])
  const topic = () => `form-${++count}`
  const cleanUp = () => deleteTopics(broker.brokers, served, [`form-${count}`])
  const rafka = async (args: readonly string[], input?: string) => {
    await run(process.execPath, [rafkaPath, ...args, ...at], input)
    return lines
  }
  const kcat = (args: readonly string[]) => run('kcat', [...args, ...at]).then(() => lines)
  const fill = async () => {
    await rafka(['produce', '-K', ':', topic()], keyed)
    return `form-${count}`
  }
  const said = await fill()
  await run('bash', ['-c', `'${process.execPath}' '${rafkaPath}' consume ${at.join(' ')} -ef json ${said} > '${json}'`])
  await cleanUp()
  report(
    'produce, keyed lines of 100 B, and as JSON',
    'lines/s',
    await measure([
      { name: 'kcat -P -K:', run: () => kcat(['-P', ...queue, '-t', topic(), '-K', ':', '-l', keyed]), cleanUp },
      { name: 'rafka produce -K :', run: () => rafka(['produce', '-K', ':', topic()], keyed), cleanUp },
      { name: "rafka produce -f '%k:%v\\n'", run: () => rafka(['produce', '-f', '%k:%v\\n', topic()], keyed), cleanUp },
      { name: 'rafka produce -f json', run: () => rafka(['produce', '-f', 'json', topic()], json), cleanUp },
    ]),
  )
  const read = await fill()
  report(
    'consume, keyed lines of 100 B',
    'lines/s',
    await measure([
      { name: "kcat -C -f '%k:%s\\n'", run: () => kcat(['-C', '-t', read, '-e', '-q', '-f', '%k:%s\\n']) },
      { name: "rafka consume -f '%k:%v\\n'", run: () => rafka(['consume', read, '-e', '-f', '%k:%v\\n']) },
    ]),
  )
  report(
    'consume, as JSON',
    'lines/s',
    await measure([
      { name: 'kcat -C -J', run: () => kcat(['-C', '-t', read, '-e', '-q', '-J']) },
      { name: 'rafka consume -f json', run: () => rafka(['consume', read, '-e', '-f', 'json']) },
    ]),
  )
}
