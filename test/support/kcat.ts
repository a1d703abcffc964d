import { spawn, spawnSync } from 'node:child_process'

/** Whether kcat is on this machine. */
export const hasKcat = spawnSync('kcat', ['-V']).status === 0

/** A record as kcat prints it. */
export interface KcatRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly timestamp: number
  readonly headers: string
}

/** Runs kcat to its end. Rejects when it fails or takes more than 20 s. */
export function kcat(brokers: string, args: readonly string[], input?: Buffer | string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('kcat', ['-b', brokers, ...args], { timeout: 20_000 })
    const out: Buffer[] = []
    const errors: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
    child.on('error', reject)
    child.on('close', (status, signal) => {
      if (status === 0) resolve(Buffer.concat(out))
      else
        reject(new Error(`kcat ${args.join(' ')} ended with ${status ?? signal}: ${Buffer.concat(errors).toString()}`))
    })
    // kcat that failed at once has closed its input: the failure is told above.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/** Every record of a topic, with any bytes: kcat is told to print sizes. */
export async function kcatRead(brokers: string, topic: string): Promise<KcatRecord[]> {
  const out = await kcat(brokers, ['-C', '-t', topic, '-e', '-q', '-D', '', '-f', '%K %S %T %h\n%k%s'])
  const records: KcatRecord[] = []
  for (let at = 0; at < out.length; ) {
    const end = out.indexOf(0x0a, at)
    const [keyBytes, valueBytes, timestamp, ...headers] = out.toString('utf8', at, end).split(' ')
    at = end + 1
    const take = (size: number) => {
      const taken = size < 0 ? null : out.subarray(at, at + size)
      at += Math.max(size, 0)
      return taken
    }
    const key = take(Number(keyBytes))
    const value = take(Number(valueBytes))
    records.push({ key, value, timestamp: Number(timestamp), headers: headers.join(' ') })
  }
  return records
}
