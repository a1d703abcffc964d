import { Writable } from 'node:stream'
import type { RecordRenderer } from '../../../commands/format/print/record-renderer.ts'
import { OutputBuffer } from '../../../commands/output/output-buffer.ts'
import { cursorOn, type FakeRecord } from './fake-cursor.ts'

/** The bytes that a renderer makes of a record of `orders/2`. */
export async function rendered(render: RecordRenderer, record: FakeRecord): Promise<Buffer> {
  const pieces: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      pieces.push(Buffer.from(chunk))
      done()
    },
  })
  const out = new OutputBuffer(stream)
  render(cursorOn(record), { topic: 'orders', partition: 2, logStart: 1, lastStable: 50, highWatermark: 60 }, out)
  await out.finish()
  return Buffer.concat(pieces)
}
