import { storageStatus } from '../../src/index.ts'
import { type CommandSpec, defineCommand, type NoFlags } from '../command.ts'
import { exitCodes } from '../exit-code.ts'
import { tableOf } from '../output/report.ts'
import { type DocumentOf, flag, list, nullable, object, text, whole, word } from '../output/shape.ts'
import { refuseBrokers } from './refuse-brokers.ts'

const shape = object({
  served: flag,
  data_dir: text,
  exists: flag,
  storage: nullable(word('sqlite', 'memory')),
  owner: nullable(object({ pid: whole, started_at: text, listeners: list(text), socket: nullable(text) })),
})

type Status = DocumentOf<typeof shape>

/** `rafka broker status`: ends with 1 when nobody serves the directory. */
export const brokerStatus: CommandSpec<NoFlags, Status> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka broker status', 'who serves the data directory'],
    ['rafka broker status --json | jq .owner.pid', 'its process'],
  ],
  declare: (command) => command,
  shape,
  watch: true,
  async run(context) {
    refuseBrokers(context)
    const { dataDir } = await context.config()
    const { dataDir: directory, exists, storage, served, owner } = await storageStatus(dataDir)
    const document = {
      served,
      data_dir: directory,
      exists,
      storage,
      owner:
        owner === null
          ? null
          : { pid: owner.pid, started_at: owner.startedAt, listeners: owner.listeners, socket: owner.socket },
    }
    return {
      document,
      table: tableOf(
        [document],
        [
          { title: 'DATA-DIR', cell: ({ data_dir }) => data_dir },
          { title: 'SERVED', cell: (status) => status.served },
          { title: 'STORAGE', cell: (status) => status.storage },
          { title: 'PID', kind: 'number', cell: (status) => status.owner?.pid ?? null },
          { title: 'LISTENERS', cell: (status) => status.owner?.listeners.join(',') ?? null },
        ],
      ),
      view: viewOf(document),
      exitCode: served ? exitCodes.done : exitCodes.failed,
    }
  },
})

function viewOf({ served, exists, data_dir, storage, owner }: Status): string[] {
  if (!served) return [`nobody serves ${data_dir}${exists ? '' : ', which does not exist'}`]
  const who = owner === null ? 'a process that has not said more' : `process ${owner.pid} since ${owner.started_at}`
  const listeners = owner?.listeners.join(', ') || 'none: only programs of this user on this machine'
  return [`served by ${who}`, `directory  ${data_dir}`, `storage    ${storage ?? '-'}`, `listeners  ${listeners}`]
}
