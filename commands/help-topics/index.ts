/** Something to read that is no command: its lines, loaded when asked for. */
export interface HelpTopic {
  readonly name: string
  readonly summary: string
  load(): Promise<readonly string[]>
}

/** Everything that `rafka help NAME` knows beside commands. */
export const helpTopics: readonly HelpTopic[] = [
  {
    name: 'format',
    summary: 'Formats of records, filters and expressions',
    load: async () => (await import('./format.ts')).formatHelp,
  },
  {
    name: 'offsets',
    summary: 'Places in a partition, ranges and times',
    load: async () => (await import('./offsets.ts')).offsetsHelp,
  },
  {
    name: 'exit-codes',
    summary: 'What the end of a command means to a script',
    load: async () => (await import('./exit-codes.ts')).exitCodesHelp,
  },
  {
    name: 'env',
    summary: 'Variables of the environment',
    load: async () => (await import('./env.ts')).envHelp(),
  },
]
