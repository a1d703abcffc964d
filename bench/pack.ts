/**
 * Records into batches of 1 MB: one by one in JavaScript, and many at once in WebAssembly.
 *
 *     npx tsx bench/pack.ts
 */
import { BatchBuilder, batchMemoryBytes } from '../src/records/batch-builder.ts'
import { measure, report } from './measure.ts'

const batchBytes = 1024 * 1024
/** As many as `rafka produce` hands over at once. */
const atOnce = 1024
const pieces = 2000
const memory = Buffer.allocUnsafeSlow(batchMemoryBytes(batchBytes, batchBytes))

for (const lineBytes of [7, 100]) {
  const source = Buffer.alloc(atOnce * (lineBytes + 1), 'x')
  const slices = Int32Array.from({ length: 4 * atOnce }, (_, at) => {
    const start = (at >> 2) * (lineBytes + 1)
    return at % 4 < 2 ? -1 : start + (at % 4 === 2 ? 0 : lineBytes)
  })
  report(
    `lines of ${lineBytes} B`,
    'records/s',
    await measure([
      { name: 'one by one', run: () => fill((builder, first) => appendOne(builder, source, slices, first)) },
      {
        name: 'many at once',
        run: () => fill((builder, first) => builder.appendMany(1, source, slices, first, atOnce)),
      },
    ]),
  )
}

/** Fills batches with all records of all pieces. `append` gives how many it has added, 0 when the batch is full. */
function fill(append: (builder: BatchBuilder, first: number) => number): number {
  let builder = new BatchBuilder({ maxBytes: batchBytes, memory })
  for (let piece = 0; piece < pieces; piece++) {
    for (let first = 0; first < atOnce; ) {
      const added = append(builder, first)
      if (added === 0) builder = new BatchBuilder({ maxBytes: batchBytes, memory })
      first += added
    }
  }
  return pieces * atOnce
}

function appendOne(builder: BatchBuilder, source: Buffer, slices: Int32Array, first: number): number {
  const at = first * 4
  return builder.append(1, source, slices[at]!, slices[at + 1]!, slices[at + 2]!, slices[at + 3]!) ? 1 : 0
}
