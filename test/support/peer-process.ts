import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** What a peer says: see data-directory-peer.ts. */
interface PeerAnswer {
  readonly started?: number
  readonly role?: 'owner' | 'attached'
  readonly topics?: readonly string[]
  readonly created?: readonly number[]
  readonly closed?: boolean
  readonly error?: string
  readonly message?: string
}

/** A child process that runs data-directory-peer.ts. */
export interface Peer extends AsyncDisposable {
  readonly process: ChildProcess
  readonly pid: number
  say(command: string): void
  /** The next answer, in order. */
  answer(): Promise<PeerAnswer>
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>
}

/** Starts a peer with `clients` clients in `directory`, which may let go of it for others; it is ready for commands. */
export async function startPeer(directory: string, clients = 1, yields = false): Promise<Peer> {
  const script = fileURLToPath(new URL('./data-directory-peer.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', script, directory, String(clients), yields ? 'yields' : ''],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const answer = async () => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error('the peer ended')
    return JSON.parse(value) as PeerAnswer
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  const { started } = await answer()
  return {
    process: child,
    pid: started!,
    say: (command) => void child.stdin.write(`${command}\n`),
    answer,
    kill,
    [Symbol.asyncDispose]: kill,
  }
}
