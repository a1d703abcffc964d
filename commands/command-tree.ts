import type { Command, Option } from 'commander'
import { type CatalogEntry, catalog, groupSummaries } from './catalog.ts'
import type { AnyCommand } from './command.ts'
import { declareCommand } from './parse-arguments.ts'

/** All commands under `path`, with what each takes and prints: for tools that make something of it. */
export async function commandTree(path: readonly string[]): Promise<object> {
  const entries = catalog.filter((entry) => path.every((word, at) => entry.path[at] === word))
  const described = entries.map(async (entry) => {
    const spec = await entry.load()
    return describeCommand(entry, spec, declareCommand(entry, spec))
  })
  const groups = [...groupSummaries].map(([name, summary]) => ({ name, summary }))
  return {
    groups: groups.filter(({ name }) => path.length === 0 || name === path[0]),
    commands: await Promise.all(described),
  }
}

/** One command for tools. `output` is the JSON Schema of what its `--json` gives, null where it prints by itself. */
export function describeCommand(entry: CatalogEntry, spec: AnyCommand, command: Command): object {
  return {
    path: entry.path,
    summary: entry.summary,
    usage: `${command.name()} ${spec.usage}`,
    examples: spec.examples.map(([line, meaning]) => ({ line, meaning })),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      required: argument.required,
      many: argument.variadic,
    })),
    options: command.options.map(describeOption),
    output: spec.shape?.schema ?? null,
  }
}

function describeOption(option: Option): object {
  return {
    short: option.short ?? null,
    long: option.long ?? null,
    value: /[<[](.+)[>\]]/.exec(option.flags)?.[1] ?? null,
    value_optional: option.optional,
    choices: option.argChoices ?? null,
    description: option.description,
    global: option.helpGroupHeading === 'Global options',
    hidden: option.hidden,
  }
}
