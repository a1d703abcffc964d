import { configKeys } from '../config/config-keys.ts'
import { keyDocumentation } from '../config/key-documentation.ts'
import { propertyNames } from '../config/properties.ts'
import type { CommandContext } from './context.ts'
import { printReport } from './output/print-report.ts'
import { tableOf } from './output/report.ts'
import { wrapText } from './output/wrap-text.ts'

const INDENT = '    '

/** `-X list`: what `-X` takes; `-X help` with what each is for. */
export async function listProperties({ terminal, form }: CommandContext, asked: 'list' | 'help'): Promise<number> {
  const documentation = keyDocumentation()
  const rows = [...propertyNames()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([property, keys]) => {
      const { kind, defaultText } = configKeys[keys[0]!]
      const about = documentation.get(keys[0]!) ?? null
      return { property, keys, default: defaultText ?? null, expects: kind.expects, documentation: about }
    })
  const width = (terminal.columns ?? Number.POSITIVE_INFINITY) - INDENT.length
  const help = rows.flatMap((row) => [
    { text: row.property, paint: 'bold' as const },
    ...[row.documentation ?? '', `${row.expects}; default ${row.default ?? 'none'}`].flatMap((line) =>
      wrapText(line, width).map((part) => `${INDENT}${part}`),
    ),
  ])
  return await printReport(terminal, form, {
    document: { properties: rows },
    paged: true,
    table: tableOf(
      rows,
      [
        { title: 'PROPERTY', cell: ({ property }) => property },
        { title: 'DEFAULT', cell: (row) => row.default },
        { title: 'SETS', cell: ({ keys }) => keys.join(', ') },
        { title: 'TAKES', wide: true, cell: ({ expects }) => expects },
      ],
      { stacks: true },
    ),
    view: asked === 'help' ? help : undefined,
  })
}
