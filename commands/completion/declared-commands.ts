import type { Command } from 'commander'
import type { CatalogEntry } from '../catalog.ts'
import type { AnyCommand } from '../command.ts'
import { declareCommand } from '../parse-arguments.ts'

/** A command as it is declared. */
export interface DeclaredCommand {
  readonly spec: AnyCommand
  readonly command: Command
}

/** What each command takes, loaded when it is first asked for. */
export class DeclaredCommands {
  readonly #loaded = new Map<CatalogEntry, DeclaredCommand>()

  /** What is loaded already. */
  peek(entry: CatalogEntry): DeclaredCommand | undefined {
    return this.#loaded.get(entry)
  }

  async load(entry: CatalogEntry): Promise<DeclaredCommand> {
    const known = this.#loaded.get(entry)
    if (known !== undefined) return known
    const spec = await entry.load()
    const declared = { spec, command: declareCommand(entry, spec) }
    this.#loaded.set(entry, declared)
    return declared
  }
}
