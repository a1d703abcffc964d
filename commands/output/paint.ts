import type { ChalkInstance } from 'chalk'
import type { Io, MaybeTerminal } from '../io.ts'

const paintNames = [
  ...(['bold', 'dim', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const),
  ...(['bgRed', 'bgGreen', 'bgYellow', 'bgBlue', 'bgMagenta', 'bgCyan'] as const),
] as const

export type PaintName = (typeof paintNames)[number]

/** What commands paint with. */
export type Paint = Pick<ChalkInstance, PaintName>

/** Paints nothing. */
export const plain = Object.fromEntries(paintNames.map((name) => [name, (text: string) => text])) as unknown as Paint

/** 0: none; 1: the terminal's own 16; 2: 256; 3: any. */
export type ColorLevel = 0 | 1 | 2 | 3

/** chalk ignores NO_COLOR, so Node's own judgement of the stream decides: it knows NO_COLOR, FORCE_COLOR and TERM=dumb. */
export function colorLevel(
  stream: MaybeTerminal<unknown>,
  color: 'auto' | 'always' | 'never',
  env: Io['env'],
): ColorLevel {
  if (color === 'never') return 0
  if (color === 'auto' && env.FORCE_COLOR === undefined) {
    if (stream.isTTY !== true || env.RAFKA_NO_COLOR) return 0
  }
  const depth = stream.getColorDepth?.(env) ?? (env.FORCE_COLOR === '0' ? 1 : 4)
  if (depth <= 1) return color === 'always' ? 1 : 0
  if (depth >= 24) return 3
  // Node takes tmux-256color and screen-256color for 16 colours where TMUX is not set, as on the other side of ssh.
  return depth >= 8 || env.TERM?.endsWith('-256color') ? 2 : 1
}
