import { type CommandSpec, defineCommand } from '../command.ts'
import { declareProduce, type ProduceFlags } from './produce-flags.ts'
import { readProduceOptions } from './produce-options.ts'

/** `rafka produce`: lines of stdin, lines of files, whole files, or values, to a topic. */
export const produce: CommandSpec<ProduceFlags> = defineCommand({
  usage: 'TOPIC [VALUE...] [options]',
  examples: [
    ['seq 1 1000000 | rafka produce numbers', 'a record for each line'],
    ['tail -f app.log | rafka produce logs', 'live'],
    ['rafka produce orders -k 42 \'{"total":9}\'', 'one record with a key'],
    ['rafka produce users -K : --file users.txt', 'key and value in each line'],
    ['rafka produce users --key-from .id < users.ndjson', 'the key stands in the JSON'],
    ["rafka produce logs -f '%k %h{%k=%v,} %v\\n'", 'a format of your own'],
    ['rafka consume a -ef json | rafka produce b -f json', 'copy, with keys and headers'],
  ],
  declare: declareProduce,
  async run(context, { args, flags }) {
    const request = await readProduceOptions(context, flags, args)
    const { produceRecords } = await import('./produce-records.ts')
    return await produceRecords(context, request)
  },
})
