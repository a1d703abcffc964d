/** Something that `rafka help` tells beside commands. */
export interface HelpTopic {
  readonly name: string
  readonly summary: string
  /** Lines of at most 80 characters; `width` is what a terminal has room for, where that is less. */
  load(width: number): Promise<readonly string[]>
}

/** In the order of the help. */
export const helpTopics: readonly HelpTopic[] = [
  {
    name: 'format',
    summary: 'The language of consume -f and produce -f',
    load: async () => (await import('./format.ts')).formatHelp,
  },
  {
    name: 'offsets',
    summary: 'What -o takes: offsets, ranges, times',
    load: async () => (await import('./offsets.ts')).offsetsHelp,
  },
  {
    name: 'global',
    summary: 'Flags that every command takes',
    load: async (width) => (await import('./global.ts')).globalHelp(width),
  },
  {
    name: 'exit-codes',
    summary: 'What the end of a command means to a script',
    load: async () => (await import('./exit-codes.ts')).exitCodesHelp,
  },
  {
    name: 'env',
    summary: 'Variables that are read, and what holds over what',
    load: async () => (await import('./env.ts')).envHelp,
  },
]
