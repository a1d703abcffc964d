import { storageStatus } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-code.ts'
import { refuseBrokers } from './refuse-brokers.ts'

/** `rafka broker status`: ends with 1 when nobody serves the directory. */
export const brokerStatus: CommandSpec<Record<never, never>> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka broker status', 'who serves the data directory'],
    ['rafka broker status --json | jq .owner.pid', 'its process'],
  ],
  declare: (command) => command,
  async run(context) {
    refuseBrokers(context)
    const { dataDir } = await context.config()
    const status = await storageStatus(dataDir)
    const { owner, served } = status
    if (context.wantsJson) {
      context.terminal.json({
        served,
        data_dir: status.dataDir,
        exists: status.exists,
        storage: status.storage,
        owner:
          owner === null
            ? null
            : { pid: owner.pid, started_at: owner.startedAt, listeners: owner.listeners, socket: owner.socket },
      })
    } else if (!served) {
      context.terminal.print(`nobody serves ${status.dataDir}${status.exists ? '' : ', which does not exist'}`)
    } else {
      const who = owner === null ? 'a process that has not said more' : `process ${owner.pid} since ${owner.startedAt}`
      context.terminal.print(`${status.dataDir} is served by ${who}`)
      context.terminal.print(`storage    ${status.storage ?? '-'}`)
      context.terminal.print(
        `listeners  ${owner?.listeners.join(', ') || 'none: only programs of this user on this machine'}`,
      )
    }
    return served ? exitCodes.done : exitCodes.failed
  },
})
