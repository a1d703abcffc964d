import { exitCodes } from '../../exit-code.ts'
import { escapeText } from '../../output/escape-text.ts'
import { countOf } from '../../output/quantities.ts'
import { textWidth } from '../../output/text-width.ts'
import { onlyOnTerminal } from './only-on-terminal.ts'
import type { ReplWord } from './repl-word.ts'
import { requireCount, wrongUse } from './require-count.ts'

/** `jobs`. */
export const jobs: ReplWord = {
  names: ['jobs'],
  usage: '',
  summary: 'what runs in the background',
  async run({ conversation, args, context }) {
    requireCount(this, args, 0)
    const { tails } = conversation.stage
    if (tails === undefined) throw onlyOnTerminal('jobs')
    const heads = tails.all.map(({ number, line }) => `[${number}] ${escapeText(line)}`)
    const width = Math.max(...heads.map(textWidth))
    for (const [index, { records }] of tails.all.entries()) {
      const head = heads[index]!
      context.terminal.print(`${head}${' '.repeat(width - textWidth(head))}  ${countOf(records, 'record')}`)
    }
    if (tails.all.length === 0) context.terminal.note('nothing runs in the background; tail -d TOPIC does')
    return exitCodes.done
  },
}

/** `stop N`. */
export const stop: ReplWord = {
  names: ['stop'],
  usage: '[N]',
  summary: 'end number N of jobs; without N all of them',
  async run({ conversation, args, context }) {
    requireCount(this, args, 0, 1)
    const { tails } = conversation.stage
    if (tails === undefined) throw onlyOnTerminal('stop')
    const wanted = args[0]
    if (wanted !== undefined && !/^\d{1,3}$/.test(wanted))
      throw wrongUse(this, `${JSON.stringify(wanted)} is no number`)
    const numbers = wanted === undefined ? tails.all.map(({ number }) => number) : [Number(wanted)]
    if (numbers.length === 0) context.terminal.note('nothing runs in the background')
    for (const number of numbers) {
      const { records } = await tails.stop(number)
      context.terminal.print(`[${number}] stopped after ${countOf(records, 'record')}`)
    }
    return exitCodes.done
  },
}
