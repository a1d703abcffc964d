import { Option } from 'commander'
import { RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { readText } from '../read-text.ts'
import { printResults } from './print-results.ts'
import { type ResultForm, type ResultWriter, resultForms } from './result-writer.ts'

interface SqlFlags {
  readonly format?: ResultForm
  readonly file?: string
}

/** `rafka sql`. */
export const sql: CommandSpec<SqlFlags> = defineCommand({
  usage: '[STATEMENT] [options]',
  examples: [
    ["rafka sql 'select * from orders limit 10'", 'a topic is a table'],
    [`rafka sql "select value ->> '$.city' city, count(*) from orders group by 1"`, 'a field of JSON'],
    [`rafka sql 'select * from "my-topic" where offset between 5 and 9'`, 'a name with "-"'],
    ["rafka sql 'select * from orders where timestamp > now() - 3600e3'", 'the last hour'],
    ["rafka sql 'select * from topics' -f csv", 'partitions, configs, groups too'],
    ['rafka sql --file report.sql --json', 'statements with ";" between them'],
  ],
  declare: (command) =>
    command
      .argument('[statement]')
      .addOption(new Option('-f, --format <form>', `${resultForms.join(', ')}`).choices(resultForms))
      .option('--file <file>', 'a file of statements, "-" for stdin'),
  streams: true,
  async run(context, { args, flags }) {
    const script = await readScript(context, args[0], flags.file)
    return await printResults(context, script, await chooseWriter(context, flags.format))
  },
})

/** @throws RafkaError `INVALID_ARGUMENT` when there is none, or two */
async function readScript(context: CommandContext, given: string | undefined, file: string | undefined) {
  const hint = `rafka sql 'select * from TOPIC limit 10'`
  if (given !== undefined && file !== undefined) {
    throw new RafkaError('INVALID_ARGUMENT', 'a statement and --file are two scripts: leave out one', {
      details: { hint },
    })
  }
  if (given === undefined && file === undefined && context.io.stdin.isTTY === true) {
    throw new RafkaError('INVALID_ARGUMENT', 'a statement is needed', { details: { hint } })
  }
  const script = given ?? (await readText(context.io, file))
  if (/^[\s;]*$/.test(script)) throw new RafkaError('INVALID_ARGUMENT', 'there is no statement', { details: { hint } })
  return script
}

async function chooseWriter(context: CommandContext, format: ResultForm | undefined): Promise<ResultWriter> {
  const { terminal, wantsJson } = context
  if (wantsJson && format !== undefined && format !== 'json') {
    throw new RafkaError(
      'INVALID_ARGUMENT',
      `--json and --format ${format} say different things: leave out one of them`,
    )
  }
  const form = format ?? (wantsJson ? 'json' : 'table')
  if (form === 'json' || form === 'jsonl')
    return new (await import('./json-writer.ts')).JsonWriter(form, terminal.isTerminal)
  if (form !== 'table') {
    return new (await import('./separated-writer.ts')).SeparatedWriter(form, terminal.isTerminal)
  }
  const paint = await terminal.paint()
  return new (await import('./table-writer.ts')).TableWriter(terminal.columns, (line) => paint.bold(line))
}
