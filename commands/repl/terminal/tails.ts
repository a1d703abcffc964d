import { RafkaError } from '../../../src/index.ts'
import { type Io, withStreams } from '../../io.ts'
import type { Surroundings } from '../../surroundings.ts'
import { ForegroundSignals } from './foreground-signals.ts'
import { nothingToRead } from './nothing-to-read.ts'
import { type Write, withWrite } from './with-write.ts'

/** Something that prints records in the background. */
export interface Tail {
  readonly number: number
  /** The line that started it. */
  readonly line: string
  readonly records: number
}

interface Running extends Tail {
  records: number
  readonly signals: ForegroundSignals
  readonly ended: Promise<void>
}

const MOST = 16

/** Commands that follow topics while other lines are typed; what they print stands above the prompt. */
export class Tails {
  readonly #io: Io
  readonly #outputClosed: AbortSignal
  readonly #write: Write
  readonly #running = new Map<number, Running>()
  /** Called when one has ended. */
  onChange: () => void = () => {}

  constructor(io: Io, outputClosed: AbortSignal, write: Write) {
    this.#io = io
    this.#outputClosed = outputClosed
    this.#write = write
  }

  get all(): readonly Tail[] {
    return [...this.#running.values()]
  }

  /** Starts one. @returns its number @throws RafkaError `INVALID_ARGUMENT` when there are too many */
  start(line: string, surroundings: Surroundings, run: (surroundings: Surroundings) => Promise<number>): number {
    if (this.#running.size >= MOST) throw new RafkaError('INVALID_ARGUMENT', `${MOST} tails are running already`)
    let number = 1
    while (this.#running.has(number)) number += 1
    let abandon = () => {}
    const abandoned = new Promise<void>((resolve) => {
      abandon = resolve
    })
    const signals = new ForegroundSignals(() => abandon())
    const io = withStreams(this.#io, {
      stdin: nothingToRead(),
      stdout: withWrite(this.#io.stdout, this.#write),
      stderr: withWrite(this.#io.stderr, this.#write),
      signals,
    })
    const count = () => {
      running.records += 1
    }
    const work = run({
      ...surroundings,
      io,
      outputClosed: this.#outputClosed,
      flags: { ...surroundings.flags, quiet: true },
      watchRecords: () => ({ record: count, [Symbol.dispose]: () => {} }),
    })
    const ended = Promise.race([work, abandoned]).then(() => {
      this.#running.delete(number)
      this.onChange()
    })
    const running: Running = { number, line, records: 0, signals, ended }
    this.#running.set(number, running)
    return number
  }

  /** Stops one and waits for its end. @throws RafkaError `INVALID_ARGUMENT` when there is none of this number */
  async stop(number: number): Promise<Tail> {
    const tail = this.#running.get(number)
    if (tail === undefined)
      throw new RafkaError('INVALID_ARGUMENT', `there is no tail ${number}`, {
        details: { hint: 'jobs tells which there are' },
      })
    tail.signals.send('SIGINT')
    await tail.ended
    return tail
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((number) => this.stop(number)))
  }
}
