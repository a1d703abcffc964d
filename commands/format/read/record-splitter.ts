/**
 * Cuts chunks of input into records at a delimiter, without an object per record: `next` moves to the following record, `source`, `start`
 * and `end` say where it is until then. A record that goes on in the next chunk is kept meanwhile; `pendingBytes` says how much that is.
 */
export class RecordSplitter {
  source: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  readonly #delimiter: Buffer
  readonly #byte: number
  #next = 0
  #limit = 0
  #searchFrom = 0
  /** The chunk, while the record that began before it is looked at, and where it goes on behind that. */
  #rest: Buffer | undefined
  #restFrom = 0
  /** Holds what is left of a chunk, and then what completes it. */
  #joined = Buffer.alloc(0)
  /** Records in it were given, and must stay. */
  #isGiven = false

  /** @param delimiter one byte or more */
  constructor(delimiter: Buffer) {
    this.#delimiter = delimiter
    this.#byte = delimiter.length === 1 ? delimiter[0]! : -1
  }

  /** Bytes of the record that is not yet complete. */
  get pendingBytes(): number {
    return this.#limit - this.#next
  }

  /** Adds input. All complete records must have been taken. The chunk must stay unchanged until they are. */
  push(chunk: Buffer): void {
    this.#rest = chunk
    this.#restFrom = 0
    this.#isGiven = false
    this.#goOn(chunk)
  }

  /** Moves to the next complete record; false when there is none yet. Those before it stay where they are in `source` until then. */
  next(): boolean {
    let found = this.#find()
    while (found === -1) {
      if (this.#rest === undefined) {
        this.#keep()
        return false
      }
      this.#goOn(this.#rest)
      found = this.#find()
    }
    if (this.source === this.#joined) this.#isGiven = true
    this.start = this.#next
    this.end = found
    this.#next = found + this.#delimiter.length
    this.#searchFrom = this.#next
    return true
  }

  /**
   * Moves over complete records that stand in `source`, and writes where each is into `slices`, from number `first` to before `end`: four positions, those of a
   * key, which is null, and of a value. Knows delimiters of one byte alone.
   * @returns how many: 0 where `next` is to be asked, which may know more
   */
  nextMany(slices: Int32Array, first: number, end: number): number {
    const { source } = this
    if (this.#byte < 0 || source === this.#joined) return 0
    let start = this.#next
    let index = first
    for (let found: number; index < end; index++, start = found + 1) {
      found = source.indexOf(this.#byte, start)
      if (found === -1) break
      const at = index * 4
      slices[at] = -1
      slices[at + 1] = -1
      slices[at + 2] = start
      slices[at + 3] = found
    }
    this.#next = start
    this.#searchFrom = start
    return index - first
  }

  /** Moves to what stands after the last delimiter, when the input has ended; false when there is nothing. */
  last(): boolean {
    if (this.pendingBytes === 0) return false
    this.start = this.#next
    this.end = this.#limit
    this.#next = this.#limit
    return true
  }

  /** Makes a record of all of these bytes, and of nothing else. */
  stand(bytes: Buffer): void {
    this.source = bytes
    this.start = 0
    this.end = bytes.length
    this.#next = bytes.length
    this.#limit = bytes.length
  }

  /** Forgets the bytes of the record that is not yet complete, but for what may be the beginning of its delimiter. */
  dropPending(): void {
    const kept = Math.min(this.pendingBytes, this.#delimiter.length - 1)
    this.#next = this.#limit - kept
    this.#searchFrom = this.#next
    this.#keep()
  }

  #find(): number {
    const source = this.source
    const at = this.#searchFrom
    if (at >= this.#limit) return -1
    const found = this.#byte >= 0 ? source.indexOf(this.#byte, at) : source.indexOf(this.#delimiter, at)
    return found !== -1 && found + this.#delimiter.length <= this.#limit ? found : -1
  }

  /** Goes on in the chunk: behind what is left from before, if anything is, so far that this is complete; else where it stands. */
  #goOn(chunk: Buffer): void {
    const pending = this.pendingBytes
    const from = this.#restFrom
    if (pending === 0) {
      this.source = chunk
      this.#next = from
      this.#searchFrom = from
      this.#limit = chunk.length
      this.#rest = undefined
      return
    }
    const found = chunk.indexOf(this.#delimiter, from)
    const end = found === -1 ? chunk.length : found + this.#delimiter.length
    this.source = this.#join(pending, chunk, from, end)
    this.#next = 0
    // The first bytes of a delimiter may have come with the chunk before.
    this.#searchFrom = Math.max(0, pending - this.#delimiter.length + 1)
    this.#limit = pending + end - from
    this.#restFrom = end
    if (end === chunk.length) this.#rest = undefined
  }

  /** Copies what is left out of the chunk, whose memory may be used again. Records that were found in it stay where they are. */
  #keep(): void {
    const pending = this.pendingBytes
    this.#searchFrom = this.#limit
    if (pending === 0 || this.source === this.#joined) return
    if (this.#isGiven || this.#joined.length < pending) this.#joined = Buffer.allocUnsafe(pending * 2)
    this.source.copy(this.#joined, 0, this.#next, this.#limit)
    this.source = this.#joined
    this.#next = 0
    this.#limit = pending
    this.#searchFrom = pending
  }

  /** What is left, which `#keep` put there, and bytes of the chunk behind it. */
  #join(pending: number, chunk: Buffer, from: number, end: number): Buffer {
    const joined = this.#joined
    const bytes = pending + end - from
    if (this.#isGiven || joined.length < bytes) {
      this.#joined = Buffer.allocUnsafe(Math.max(bytes, joined.length * 2))
      joined.copy(this.#joined, 0, this.#next, this.#limit)
    } else if (this.#next > 0) {
      joined.copyWithin(0, this.#next, this.#limit)
    }
    chunk.copy(this.#joined, pending, from, end)
    return this.#joined
  }
}
