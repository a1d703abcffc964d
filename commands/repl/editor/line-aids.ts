import type { Piece } from './frame.ts'

/** Words that may stand in place of a part of a text. */
export interface Completion {
  /** The part: from here, to before the second. */
  readonly start: number
  readonly end: number
  readonly candidates: readonly string[]
}

/** Part of a text that is painted. */
export interface Painted {
  readonly start: number
  readonly end: number
  readonly paint: (text: string) => string
}

/** What helps with typing one entry. */
export interface LineAids {
  prompt(): readonly Piece[]
  /** Entries that were typed before, newest last. */
  readonly history: readonly string[]
  /** Whether Enter ends the entry, or only its line. */
  isWhole(text: string): boolean
  /** Parts that are painted, in their order. */
  paint(text: string): readonly Painted[]
  /** What may follow the text: shown behind it, not part of it. */
  ghost(text: string): string
  complete(text: string, cursor: number): Promise<Completion>
}

/** Lets one type anything: no help. */
export function plainAids(prompt: readonly Piece[]): LineAids {
  return {
    prompt: () => prompt,
    history: [],
    isWhole: () => true,
    paint: () => [],
    ghost: () => '',
    complete: async (_, cursor) => ({ start: cursor, end: cursor, candidates: [] }),
  }
}
