import { setTimeout } from 'node:timers/promises'
import type { AnyCommand, Invocation } from './command.ts'
import type { CommandContext } from './context.ts'
import type { LiveReports, Report } from './output/report.ts'

/** The reports of a command that is run again `intervalMs` after it ended. An error ends them. */
export function repeatedly(
  spec: AnyCommand,
  context: CommandContext,
  invocation: Invocation<never>,
  intervalMs: number,
): LiveReports {
  return {
    async *reports(stop) {
      while (!stop.aborted) {
        const outcome = await spec.run(context, invocation)
        if (typeof outcome === 'object' && 'document' in outcome) yield outcome as Report
        await pause(intervalMs, stop)
      }
    },
  }
}

/** Waits, or until `stop` fires. */
export async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal: stop }).catch(() => {})
}
