/** Lines of `rafka help exit-codes`. At most 80 columns. */
export const exitCodesHelp: readonly string[] = [
  'Exit codes',
  '',
  '  0    done; also when the reader of a pipe had enough (| head), after Ctrl-C',
  '       in a follow without end, and after --timeout',
  '  1    failed, wholly or for one of many: a record that was not produced or was',
  '       skipped, a topic that does not exist, --expect that was not met, damage',
  '       that was found, "no" at a prompt',
  '  2    wrong usage: a flag, argument, format or offset, the configuration, or a',
  '       question that nobody was there to answer',
  '  3    no broker was reached, or none let the client in (TLS, password)',
  '  130  Ctrl-C cut work short that has an end, or at a prompt (143: SIGTERM)',
  '',
  'rafka broker run ends with the code of the command that it ran.',
]
