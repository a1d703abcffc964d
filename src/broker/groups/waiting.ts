/** A request that waits for its answer. The first answer counts. */
export class Waiting<Answer> {
  readonly answer: Promise<Answer>
  #settle!: (answer: Answer) => void

  constructor() {
    this.answer = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  settle(answer: Answer): void {
    this.#settle(answer)
  }
}
