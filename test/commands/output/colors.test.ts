import { WriteStream } from 'node:tty'
import { expect, test } from 'vitest'
import { colors } from '../../../commands/output/colors.ts'
import { colorLevel } from '../../../commands/output/paint.ts'

/** Of the cube of 256 colours, as terminals agree on it. */
function luminance(index: number): number {
  const steps = [0, 95, 135, 175, 215, 255]
  const cube = index - 16
  const parts = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((step) => steps[step]! / 255)
  const [red, green, blue] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

test.each([2, 3] as const)('colours of 256 can be read on black and on white (level %d)', async (level) => {
  const paint = await colors(level, undefined)
  for (const name of ['cyan', 'green', 'yellow', 'blue'] as const) {
    const index = Number(/^\u001b\[38;5;(\d+)m/.exec(paint[name]('x'))?.[1])
    expect(index).toBeGreaterThan(15)
    const light = luminance(index)
    expect(Math.min(1.05 / (light + 0.05), (light + 0.05) / 0.05)).toBeGreaterThan(4)
  }
})

test('of 16, those that are light give way where the background is', async () => {
  const used = async (background: string | undefined) => {
    const { cyan, yellow } = await colors(1, background)
    return [cyan('x'), yellow('x')]
  }
  const light = ['\u001b[34mx\u001b[39m', '\u001b[35mx\u001b[39m']
  const dark = ['\u001b[36mx\u001b[39m', '\u001b[33mx\u001b[39m']
  for (const background of ['0;15', '0;default;15', '0;7']) expect(await used(background)).toEqual(light)
  for (const background of [undefined, '', '15;0', '7;8', 'x']) expect(await used(background)).toEqual(dark)
})

test('a terminal that is called one of 256 colours has them, also within tmux on another machine', () => {
  const { getColorDepth } = WriteStream.prototype
  const level = (env: Record<string, string>) => colorLevel({ isTTY: true, getColorDepth } as never, 'auto', env)
  for (const TERM of ['tmux-256color', 'screen-256color', 'xterm-256color']) {
    expect({ TERM, level: level({ TERM }) }).toEqual({ TERM, level: 2 })
    expect({ TERM, level: level({ TERM, COLORTERM: 'truecolor' }) }).toEqual({ TERM, level: 3 })
    expect({ TERM, level: level({ TERM, NO_COLOR: '1' }) }).toEqual({ TERM, level: 0 })
  }
  for (const TERM of ['screen', 'linux']) expect({ TERM, level: level({ TERM }) }).toEqual({ TERM, level: 1 })
})
