import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The numbers of the files that a directory of the memory engine holds, ascending. */
export interface StoredFiles {
  readonly wals: readonly number[]
  readonly snapshots: readonly number[]
  /** Names of snapshots that were never finished. */
  readonly unfinished: readonly string[]
}

/** Path of the write-ahead log with this number. */
export function walFile(directory: string, number: number): string {
  return join(directory, `wal-${number}.log`)
}

/** Path of the snapshot of everything before the write-ahead log with this number. */
export function snapshotFile(directory: string, number: number): string {
  return join(directory, `snapshot-${number}.bin`)
}

/** Path of a snapshot while it is being written. */
export function unfinishedSnapshotFile(directory: string, number: number): string {
  return join(directory, `snapshot-${number}.tmp`)
}

/** What there is. */
export async function listFiles(directory: string): Promise<StoredFiles> {
  const names = await readdir(directory)
  return {
    wals: numbers(names, /^wal-(\d{1,15})\.log$/),
    snapshots: numbers(names, /^snapshot-(\d{1,15})\.bin$/),
    unfinished: names.filter((name) => /^snapshot-\d{1,15}\.tmp$/.test(name)),
  }
}

function numbers(names: readonly string[], pattern: RegExp): number[] {
  return names.flatMap((name) => pattern.exec(name)?.slice(1).map(Number) ?? []).sort((a, b) => a - b)
}
