import { execFile, spawnSync } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { rafkaCommand } from './rafka-process.ts'

const run = promisify(execFile)
const LOOK_EVERY_MS = 30
const GIVE_UP_AFTER_MS = 20_000
let terminals = 0

/** Whether there is a tmux to make terminals with. */
export const hasTerminals = spawnSync('tmux', ['-V']).status === 0

/** A terminal with a shell in which `rafka` is a command. */
export class TestTerminal {
  readonly #server: string

  private constructor(server: string) {
    this.#server = server
  }

  static async open(env: Record<string, string>, columns = 100): Promise<TestTerminal> {
    const server = `rafka-test-${process.pid}-${terminals++}`
    const terminal = new TestTerminal(server)
    const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
    await terminal.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      String(columns),
      '-y',
      '30',
      ...variables,
      // Where it is set nothing spins.
      'env -u CI bash --norc',
    )
    onTestFinished(async () => {
      await terminal.#tmux('kill-server')
    })
    await terminal.type(`PS1='$ '; rafka() { ${rafkaCommand} "$@"; }; clear`)
    return terminal
  }

  /** Types a line and Enter. */
  async type(line: string): Promise<void> {
    await this.#tmux('send-keys', '-l', '--', line)
    await this.press('Enter')
  }

  /** Types without Enter. */
  async write(text: string): Promise<void> {
    await this.#tmux('send-keys', '-l', '--', text)
  }

  /** Types a text as a paste: a terminal marks what is one. */
  async paste(text: string): Promise<void> {
    await this.#tmux('set-buffer', text)
    await this.#tmux('paste-buffer', '-p')
  }

  /** Presses keys by tmux's names for them, all at once. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys)
  }

  /** Makes it wider or narrower. */
  async resize(columns: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(columns))
  }

  /** What is on the screen once it fulfils the condition. */
  async shows(text: string | RegExp): Promise<string> {
    return await this.#until(['capture-pane', '-p'], text)
  }

  async #until(capture: readonly string[], text: string | RegExp): Promise<string> {
    const deadline = performance.now() + GIVE_UP_AFTER_MS
    for (;;) {
      const screen = await this.#tmux(...capture)
      if (typeof text === 'string' ? screen.includes(text) : text.test(screen)) return screen
      if (performance.now() > deadline) throw new Error(`the terminal does not show ${text}, but:\n${screen}`)
      await setTimeout(LOOK_EVERY_MS)
    }
  }

  /** The same with the escape sequences of its colours. */
  async showsPainted(text: string | RegExp): Promise<string> {
    return await this.#until(['capture-pane', '-p', '-e'], text)
  }

  async #tmux(...words: string[]): Promise<string> {
    return (await run('tmux', ['-L', this.#server, ...words])).stdout
  }
}
