import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A process of kcat that reads a topic as a member of a group. */
export class KcatMember {
  readonly values: string[] = []
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  constructor(brokers: string, group: string, topic: string) {
    const settings = ['auto.offset.reset=earliest', 'session.timeout.ms=6000', 'heartbeat.interval.ms=100']
    const options = [...settings, 'auto.commit.interval.ms=100'].flatMap((setting) => ['-X', setting])
    this.#child = spawn('kcat', ['-b', brokers, '-G', group, '-q', '-u', '-f', '%s\n', ...options, topic], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#ended = once(this.#child, 'close')
    let rest = ''
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      this.values.push(...lines)
    })
  }

  /** Leaves the group, having committed what it has read. */
  async leave(): Promise<void> {
    this.#child.kill('SIGTERM')
    await this.#ended
  }

  /** Without a word to the broker. */
  die(): void {
    this.#child.kill('SIGKILL')
  }
}
