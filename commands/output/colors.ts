import { Chalk } from 'chalk'
import type { ColorLevel, Paint } from './paint.ts'

/**
 * Colours that can be read on light and on dark. Of 256 they are those with a contrast of 4:1 or more to both black and white; of 16, what they
 * look like is the terminal's choice, and where `COLORFGBG` tells of a light background, dark ones stand in for those that are light everywhere.
 */
export async function colors(level: ColorLevel, colorFgBg: string | undefined): Promise<Paint> {
  const chalk = new Chalk({ level })
  const { bold, dim, red, green, yellow, blue, magenta, cyan } = chalk
  // What is written on them has to be seen whatever is usual there.
  const [light, dark] = [chalk.whiteBright, chalk.black]
  const backgrounds = {
    ...{ bgRed: light.bgRed, bgBlue: light.bgBlue, bgMagenta: light.bgMagenta },
    ...{ bgGreen: dark.bgGreen, bgYellow: dark.bgYellow, bgCyan: dark.bgCyan },
  }
  if (level > 1) {
    const [teal, leaf, amber, azure] = [31, 28, 130, 27].map((index) => chalk.ansi256(index))
    return { ...backgrounds, bold, dim, red, magenta, cyan: teal!, green: leaf!, yellow: amber!, blue: azure! }
  }
  if (!isLight(colorFgBg)) return { ...backgrounds, bold, dim, red, magenta, cyan, green, yellow, blue }
  return { ...backgrounds, bold, dim, red, magenta, cyan: blue, green, yellow: magenta, blue }
}

/** `0;15`, or `0;default;15`: the last number is the background, of which 7 and 15 are white. */
function isLight(colorFgBg: string | undefined): boolean {
  return /;(?:7|15)$/.test(colorFgBg ?? '')
}
