import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { ForeignClient } from './foreign-member.ts'

const script = fileURLToPath(new URL('./foreign-member.ts', import.meta.url))

/** A member of the group `readers` in a process of its own: see foreign-member.ts. It is killed when the test is over. */
export class MemberProcess {
  /** What it has read. */
  readonly values: string[] = []
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown>
  #left: () => void = () => {}

  constructor(client: ForeignClient, brokers: string) {
    const args = ['--import', 'tsx', script, client, brokers]
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    this.#closed = once(this.#child, 'close')
    createInterface(this.#child.stdout!).on('line', (line) => {
      if (line === 'left') this.#left()
      else this.values.push(line)
    })
    onTestFinished(() => this.die())
  }

  /** Leaves the group; the process stays. */
  async leave(): Promise<void> {
    const left = new Promise<void>((resolve) => {
      this.#left = resolve
    })
    this.#child.stdin!.write('leave\n')
    await left
  }

  /** Joins the group again. */
  join(): void {
    this.#child.stdin!.write('join\n')
  }

  /** SIGKILL: without a word to the broker. Settles when all that it had written was read. */
  async die(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#closed
  }
}
