import { BatchBuilder } from '../../records/batch-builder.ts'
import type { Codec } from '../../records/compression.ts'
import { openRecords } from '../../records/record-cursor.ts'
import { OutgoingBatch } from './outgoing-batch.ts'
import type { Outstanding } from './outstanding.ts'

interface Piece {
  readonly builder: BatchBuilder
  readonly first: number
  /** Of keys and values. */
  bytes: number[]
}

/**
 * Makes two or more batches of one that was too large for the broker, as Java's producer does. The pieces hold the same records in
 * the same order; they take over the batch's share of the memory budget and all who wait for it.
 */
export async function splitBatch(
  batch: OutgoingBatch,
  compression: Codec | undefined,
  outstanding: Outstanding,
): Promise<OutgoingBatch[]> {
  const pieces = await cut(batch.contents(compression), Math.ceil(batch.count / 2))
  const batches = pieces.map((piece, index) => {
    const part = new OutgoingBatch(piece.builder, batch.createdAt, outstanding.enter(batch.generation))
    part.count = piece.builder.count
    if (index === 0) part.memoryBytes = batch.memoryBytes
    return part
  })
  for (const recipient of batch.recipients) {
    pieces.forEach((piece, index) => {
      const from = Math.max(recipient.first, piece.first)
      const to = Math.min(recipient.first + recipient.count, piece.first + piece.bytes.length)
      if (from >= to) return
      const bytes = piece.bytes.slice(from - piece.first, to - piece.first).reduce((sum, each) => sum + each, 0)
      batches[index]?.addRecipient(recipient.part(from - piece.first, to - from, bytes))
    })
  }
  outstanding.leave(batch.generation)
  return batches
}

async function cut(bytes: Buffer, recordsPerPiece: number): Promise<Piece[]> {
  const cursor = (await openRecords([bytes])).cursor()
  const pieces: Piece[] = []
  let index = 0
  for (; cursor.next(); index += 1) {
    if (index % recordsPerPiece === 0) {
      pieces.push({ builder: new BatchBuilder({ maxBytes: Number.POSITIVE_INFINITY }), first: index, bytes: [] })
    }
    const { timestamp, bytes: source, keyStart, keyEnd, valueStart, valueEnd } = cursor
    const headers = cursor.headerCount === 0 ? undefined : cursor.headers()
    const piece = pieces[pieces.length - 1]
    piece?.builder.append(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers)
    piece?.bytes.push(Math.max(0, keyEnd - keyStart) + Math.max(0, valueEnd - valueStart))
  }
  return pieces
}
