import { describe, expect, test } from 'vitest'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

describe('topics create', () => {
  test('makes topics as they were asked for', async () => {
    const { code, out, err } = await bench.run(['topics', 'create', 'a', 'b', '-p', '3', '-c', 'retention.ms=1000'])
    expect({ code, out, err }).toEqual({
      code: 0,
      out: 'created a  3 partitions, 1 replica\ncreated b  3 partitions, 1 replica\n',
      err: '',
    })
    expect((await bench.run(['topics', 'describe', 'b', '--json'])).json()).toMatchObject({
      topics: [{ name: 'b', partitions: [{ partition: 0 }, { partition: 1 }, { partition: 2 }] }],
    })
  })

  test('fails for what cannot be, and does the rest', async () => {
    const ran = await bench.run(['topics', 'create', 'good', 'a/b', '--json'])
    expect(ran.code).toBe(1)
    expect(ran.json()).toEqual({
      ok: false,
      results: [
        { topic: 'good', status: 'created', error: null, message: null },
        { topic: 'a/b', status: 'failed', error: 'INVALID_TOPIC_EXCEPTION', message: expect.any(String) },
      ],
    })
  })

  test('of one that exists is an error, unless that is allowed for', async () => {
    await bench.run(['topics', 'create', 'a'])
    expect(await bench.run(['topics', 'create', 'a'])).toMatchObject({ code: 1, out: '' })
    expect(await bench.run(['topics', 'create', 'a', '--if-not-exists'])).toMatchObject({
      code: 0,
      out: 'a exists already\n',
    })
  })

  test('with a config that is not there names it', async () => {
    const { code, err } = await bench.run(['topics', 'create', 'a', '--set', 'retentionms=1'])
    expect(code).toBe(1)
    expect(err).toContain('retentionms')
  })

  test('can be tried without doing it', async () => {
    expect((await bench.run(['topics', 'create', 'a', '--dry-run'])).out).toBe('valid a  1 partition, 1 replica\n')
    expect((await bench.run(['topics', 'list', '--json'])).json()).toEqual({ topics: [] })
  })

  test('works for names that every object has', async () => {
    await bench.run(['topics', 'create', '__proto__', 'constructor', 'toString'])
    await bench.run(['produce', '__proto__', 'x'])
    expect((await bench.run(['consume', '__proto__', '-e'])).out).toBe('x\n')
    const { topics } = (await bench.run(['topics', 'list', '--json'])).json() as { topics: Array<{ name: string }> }
    expect(topics.map(({ name }) => name)).toEqual(['__proto__', 'constructor', 'toString'])
  })
})

describe('topics list', () => {
  test('tells names, partitions and records', async () => {
    await bench.run(['topics', 'create', 'b', '-p', '2'])
    await bench.run(['produce', 'a', '1', '2', '3'])
    expect((await bench.run(['topics', 'list'])).out).toBe(
      'NAME  PARTITIONS  REPLICAS  RECORDS  SIZE\na              1         1        3  85 B\nb              2         1        0   0 B\n',
    )
  })

  test('calls it an estimate where records are compacted away', async () => {
    await bench.run(['topics', 'create', 'k', '-c', 'cleanup.policy=compact,delete'])
    await bench.run(['produce', 'k', '-k', 'a', '1', '2'])
    expect((await bench.run(['topics', 'list'])).out).toMatch(/^k +1 +1 +~2 /m)
    expect((await bench.run(['topics', 'list', '--format', 'tsv'])).out).toMatch(/^k\t1\t1\t2\t/)
    expect((await bench.run(['topics', 'list', '--json'])).json()).toMatchObject({
      topics: [{ records: 2, compacted: true }],
    })
    expect((await bench.run(['topics', 'describe', 'k'])).out).toMatch(/ ~2 /)
    expect((await bench.run(['topics', 'delete', 'k'])).err).toMatch(/Delete k: 1 partition, ~2 records, \d+ B\?/)
  })

  test('says to a person that there is none, and to a pipe nothing', async () => {
    expect(await bench.run(['topics', 'list'])).toMatchObject({ code: 0, out: '', err: '' })
    expect((await bench.run(['topics', 'list'], { terminals: ['stderr'] })).err).toContain('no topics yet')
  })
})

describe('topics describe', () => {
  test('shows what differs from the defaults, or all', async () => {
    await bench.run(['topics', 'create', 'a', '-c', 'cleanup.policy=compact'])
    const { out } = await bench.run(['topics', 'describe', 'a'])
    expect(out).toMatch(
      /^a {2}1 partition, 1 replica, id [\w-]{22}\nPARTITION {2}LEADER {2}START {2}END {2}RECORDS {2}SIZE\n/,
    )
    expect(out).toContain('cleanup.policy  compact  topic')
    expect(out).not.toContain('segment.bytes')
    expect((await bench.run(['topics', 'describe', 'a', '-a'])).out).toContain('segment.bytes')
  })

  test('of one that does not exist is an error in JSON too, with the name that is near', async () => {
    await bench.run(['topics', 'create', 'orders'])
    const ran = await bench.run(['topics', 'describe', 'ordres', '--json'])
    expect(ran.code).toBe(1)
    expect(ran.json()).toEqual({
      ok: false,
      error: {
        topic: 'ordres',
        code: 'UNKNOWN_TOPIC_OR_PARTITION',
        message: 'topic "ordres" does not exist',
        hint: 'did you mean "orders"?  rafka topics list',
      },
    })
  })
})

describe('topics alter', () => {
  test('sets, adds, takes and gives back', async () => {
    await bench.run(['topics', 'create', 'a'])
    const value = async (name: string) => {
      const ran = await bench.run(['topics', 'describe', 'a', '--json'])
      const { topics } = ran.json() as { topics: [{ configs: Array<{ name: string; value: string }> }] }
      return topics[0].configs.find((config) => config.name === name)?.value
    }
    await bench.run(['topics', 'alter', 'a', '--set', 'retention.ms=1000', '--append', 'cleanup.policy=compact'])
    expect([await value('retention.ms'), await value('cleanup.policy')]).toEqual(['1000', 'delete,compact'])
    await bench.run(['topics', 'alter', 'a', '--delete', 'retention.ms', '--subtract', 'cleanup.policy=delete'])
    expect([await value('retention.ms'), await value('cleanup.policy')]).toEqual(['604800000', 'compact'])
  })

  test('tells per topic what went wrong', async () => {
    await bench.run(['topics', 'create', 'a'])
    const ran = await bench.run(['topics', 'alter', 'a', 'b', '--set', 'retention.ms=1', '--json'])
    expect(ran.code).toBe(1)
    expect(ran.json()).toMatchObject({
      ok: false,
      results: [
        { topic: 'a', status: 'altered' },
        { topic: 'b', status: 'failed', error: 'UNKNOWN_TOPIC_OR_PARTITION' },
      ],
    })
  })

  test('names the config that was meant', async () => {
    await bench.run(['topics', 'create', 'a'])
    const { err } = await bench.run(['topics', 'alter', 'a', '--set', 'retentionms=1'])
    expect(err).toContain('hint: did you mean "retention.ms"?')
  })
})

describe('topics delete', () => {
  test('is refused where nobody can be asked, also with words on stdin', async () => {
    await bench.run(['produce', 'a', 'x', 'y'])
    const { code, out, err } = await bench.run(['topics', 'delete', 'a'], { stdin: ['yes\n'] })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('Delete a: 1 partition, 2 records, 77 B?')
    expect(err).toContain('hint: add --yes')
    expect((await bench.run(['consume', 'a', '-e'])).out).toBe('x\ny\n')
  })

  test('takes patterns for whole names, only when told to, and tells which would go', async () => {
    await bench.run(['topics', 'create', 'test-1', 'test-2', 'my-test-3'])
    expect((await bench.run(['topics', 'delete', 'test-.*', '--yes'])).code).toBe(1)
    const dry = await bench.run(['topics', 'delete', '-r', 'test-.*', '--dry-run'])
    expect(dry).toMatchObject({ code: 0, out: 'would delete test-1\nwould delete test-2\n' })
    const refused = await bench.run(['topics', 'delete', '-r', 'test-.*'])
    expect(refused.err).toContain('Delete 2 topics: 2 partitions, 0 records?')
    expect((await bench.run(['topics', 'delete', '-r', 'test-.*', '--confirm', '2'])).code).toBe(0)
    expect((await bench.run(['topics', 'list', '--format', 'tsv'])).out).toMatch(/^my-test-3\t[^\n]*\n$/)
    expect((await bench.run(['topics', 'delete', '-r', 'test-.*', '-y'])).err).toContain('no topic fits test-.*')
    expect((await bench.run(['topics', 'delete', '-r', 'test-.*', '-y', '--if-exists'])).code).toBe(0)
    expect((await bench.run(['topics', 'delete', '-r', '(', '-y'])).code).toBe(2)
  })

  test('is done with --yes', async () => {
    await bench.run(['topics', 'create', 'a', 'b'])
    expect(await bench.run(['topics', 'delete', 'a', 'b', '--yes'])).toMatchObject({
      code: 0,
      out: 'deleted a\ndeleted b\n',
    })
    expect((await bench.run(['topics', 'list', '--json'])).json()).toEqual({ topics: [] })
  })

  test('of one that is not there fails, unless that is allowed for', async () => {
    expect(await bench.run(['topics', 'delete', 'a', '--yes'])).toMatchObject({ code: 1, out: '' })
    // Nobody is asked about what is not there.
    expect(await bench.run(['topics', 'delete', 'a'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('topic "a" does not exist'),
    })
    expect(await bench.run(['topics', 'delete', 'a', '--yes', '--if-exists'])).toMatchObject({ code: 0 })
  })
})

describe('topics add-partitions', () => {
  test('takes how many more, or how many in all', async () => {
    await bench.run(['topics', 'create', 'a'])
    expect((await bench.run(['topics', 'add-partitions', 'a', '-n', '2'])).out).toBe('altered a  3 partitions\n')
    expect((await bench.run(['topics', 'add-partitions', 'a', '--total', '5'])).out).toBe('altered a  5 partitions\n')
    const fewer = await bench.run(['topics', 'add-partitions', 'a', '--total', '2'])
    expect(fewer).toMatchObject({ code: 1, out: '' })
    expect(await bench.run(['topics', 'add-partitions', 'a'])).toMatchObject({ code: 2 })
  })
})

describe('topics trim', () => {
  test('shows what goes, and wants to be told to do it', async () => {
    await bench.run(['produce', 'a', '0', '1', '2', '3'])
    const refused = await bench.run(['topics', 'trim', 'a', '-o', '3'])
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect((await bench.run(['topics', 'trim', 'a', '-o', '3', '--dry-run'])).out).toBe(
      'PARTITION  START  NEW-START  RECORDS-REMOVED\n        0      0          3                3\n',
    )
    expect(refused.err).toContain('Remove 3 records of a?')
    expect(await bench.run(['topics', 'trim', 'a', '-o', '3', '--yes'])).toMatchObject({
      code: 0,
      out: 'trimmed a  3 records removed\n',
    })
    expect((await bench.run(['consume', 'a', '-e'])).out).toBe('3\n')
  })

  test.each([
    ['-o=-1', 3],
    ['-o=+1', 1],
    ['-o=end', 4],
    ['-o=99', 4],
    ['-o=@+1h', 4],
    ['-o=@-1h', 0],
    ['-o=start', 0],
  ])('%s makes the start %d', async (flag, start) => {
    await bench.run(['produce', 'a', '0', '1', '2', '3'])
    const ran = await bench.run(['topics', 'trim', 'a', flag, '--yes', '--json'])
    expect(ran.json()).toMatchObject({ ok: true, partitions: [{ start_offset: 0, new_start_offset: start }] })
    expect((await bench.run(['topics', 'describe', 'a', '--json'])).json()).toMatchObject({
      topics: [{ partitions: [{ start_offset: start, end_offset: 4 }] }],
    })
  })

  test('needs a place, and partitions that exist', async () => {
    await bench.run(['topics', 'create', 'a'])
    expect(await bench.run(['topics', 'trim', 'a'])).toMatchObject({ code: 2 })
    expect(await bench.run(['topics', 'trim', 'a', '-o', '1:2'])).toMatchObject({ code: 2 })
    expect(await bench.run(['topics', 'trim', 'a', '-o', 'end', '-p', '7', '--yes'])).toMatchObject({ code: 1 })
  })
})
