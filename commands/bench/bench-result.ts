import { formatCount, formatElapsed, formatSize } from '../output/quantities.ts'
import type { Report } from '../output/report.ts'
import { type DocumentOf, object, text, whole } from '../output/shape.ts'

/** What a measurement found. Rates are per second. */
export const benchShape = object({
  topic: text,
  records: whole,
  bytes: whole,
  elapsed_ms: whole,
  records_per_second: whole,
  bytes_per_second: whole,
})

export type BenchResult = DocumentOf<typeof benchShape>

/** A measurement as a report. */
export function benchReport(
  did: string,
  topic: string,
  records: number,
  bytes: number,
  ms: number,
): Report<BenchResult> {
  const perSecond = (amount: number) => Math.round((amount * 1000) / Math.max(ms, 0.001))
  const document = {
    topic,
    records,
    bytes,
    elapsed_ms: Math.round(ms),
    records_per_second: perSecond(records),
    bytes_per_second: perSecond(bytes),
  }
  return {
    document,
    table: {
      columns: [
        { title: 'TOPIC' },
        { title: 'RECORDS', kind: 'count' },
        { title: 'BYTES', kind: 'size' },
        { title: 'MS', kind: 'number' },
        { title: 'RECORDS/S', kind: 'count' },
        { title: 'BYTES/S', kind: 'size' },
      ],
      rows: [Object.values(document)],
    },
    view: [
      `${did} ${formatCount(records)} records, ${formatSize(bytes)} in ${formatElapsed(ms)}`,
      `${formatCount(document.records_per_second)} records/s  ${formatSize(document.bytes_per_second)}/s`,
    ],
  }
}
