import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { open } from '../../../src/open.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

/** No waiting for other members: there are none. */
const alone = { RAFKA_BROKER_GROUP_INITIAL_REBALANCE_DELAY_MS: '0ms' }

async function fill(): Promise<void> {
  await bench.run(['topics', 'create', 'orders', '-p', '2'])
  await bench.run(['produce', 'orders', '-p', '0', 'a', 'b', 'c'])
  await bench.run(['produce', 'orders', '-p', '1', 'd'])
}

const consume = (...words: string[]) => bench.run(['consume', 'orders', '-g', 'billing', ...words], { env: alone })

describe('consume -g', () => {
  test('goes on where the group stands', async () => {
    await fill()
    expect((await consume('-e')).out.split('\n').sort().join('')).toBe('abcd')
    expect(await consume('-e')).toMatchObject({ code: 0, out: '' })
    await bench.run(['produce', 'orders', 'e'])
    expect((await consume('-e')).out).toBe('e\n')
    expect((await consume('-e', '--from', 'start')).out.split('\n').sort().join('')).toBe('abcde')
  })

  test('commits what was printed and no more', async () => {
    await bench.run(['topics', 'create', 'orders'])
    await bench.run(['produce', 'orders', 'a', 'b', 'c'])
    expect((await consume('-n', '2')).out).toBe('a\nb\n')
    expect((await consume('-e')).out).toBe('c\n')
  })

  test('refuses what does not go with a group', async () => {
    for (const words of [
      ['--last', '3'],
      ['-p', '0'],
      ['-o', '3', '--from', 'end'],
    ])
      expect(await consume(...words)).toMatchObject({ code: 2, out: '' })
    expect(await bench.run(['consume', 'orders', '--from', 'end'])).toMatchObject({ code: 2 })
  })
})

describe('groups list', () => {
  test('names them, with their state', async () => {
    await fill()
    expect(await bench.run(['groups', 'list'])).toMatchObject({ code: 0, out: '' })
    await consume('-e')
    expect((await bench.run(['groups', 'list'])).out).toContain('billing  Empty  classic  consumer')
    expect((await bench.run(['groups', 'list', '--json'])).json()).toEqual({
      groups: [{ group: 'billing', state: 'Empty', type: 'classic', protocol_type: 'consumer' }],
    })
    expect((await bench.run(['groups', 'list', '--state', 'stable', '--json'])).json()).toEqual({ groups: [] })
  })
})

describe('groups describe', () => {
  test('tells offsets and lag, by partition, topic, member or group', async () => {
    await fill()
    await consume('-e')
    await bench.run(['produce', 'orders', '-p', '1', 'e'])
    const { out, code } = await bench.run(['groups', 'describe', 'billing'])
    expect(code).toBe(0)
    const [head, columns, ...rows] = out.trimEnd().split('\n')
    expect(head).toMatch(/^billing {2}Empty {2}members 0 {2}total lag 1 {2}\(coordinator \d+\)$/)
    expect(columns?.trim().split(/\s+/)).toEqual(['TOPIC', 'PARTITION', 'CURRENT-OFFSET', 'LOG-END-OFFSET', 'LAG'])
    expect(rows.map((row) => row.trim().split(/\s+/))).toEqual([
      ['orders', '0', '3', '3', '0'],
      ['orders', '1', '1', '2', '1'],
    ])
    expect((await bench.run(['groups', 'describe', 'billing', '--format', 'wide'])).out).toMatch(
      /LAG {2}MEMBER-ID {2}CLIENT-ID {2}HOST\n/,
    )
    const behind = await bench.run(['groups', 'describe', 'billing', '--lag', '>0', '--format', 'tsv'])
    expect(behind.out).toBe('billing\torders\t1\t1\t2\t1\t-\t-\t-\n')
    const byTopic = await bench.run(['groups', 'describe', 'billing', '--by', 'topic', '--format', 'tsv'])
    expect(byTopic.out).toBe('billing\torders\t2\t1\n')
    const byGroup = await bench.run(['groups', 'describe', 'billing', '--by', 'group', '--format', 'tsv'])
    expect(byGroup.out).toBe('billing\tEmpty\t0\t2\t1\n')
    expect((await bench.run(['groups', 'describe', 'billing', '--by', 'member', '--format', 'tsv'])).out).toBe('')
    expect((await bench.run(['groups', 'describe', 'billing', '--json'])).json()).toMatchObject({
      groups: [
        {
          group: 'billing',
          state: 'Empty',
          total_lag: 1,
          members: [],
          partitions: [
            { topic: 'orders', partition: 0, current_offset: 3, log_start_offset: 0, log_end_offset: 3, lag: 0 },
            { topic: 'orders', partition: 1, current_offset: 1, log_end_offset: 2, lag: 1, member_id: null },
          ],
          error: null,
        },
      ],
    })
  })

  test('fails for one that is not there, and for a comparison that is none', async () => {
    const missing = await bench.run(['groups', 'describe', 'nobody'])
    expect(missing).toMatchObject({ code: 1 })
    expect(missing.err).toContain('group "nobody" does not exist')
    await fill()
    await consume('-e')
    expect((await bench.run(['groups', 'describe', 'biling'])).err).toContain('hint: did you mean "billing"?')
    expect((await bench.run(['groups', 'delete', 'biling', '--yes'])).err).toContain('did you mean "billing"?')
    expect((await bench.run(['groups', 'describe', 'nobody', '--json'])).json()).toMatchObject({
      groups: [{ group: 'nobody', error: 'GROUP_ID_NOT_FOUND' }],
    })
    expect(await bench.run(['groups', 'describe', 'x', '--lag', 'much'])).toMatchObject({ code: 2 })
    expect(await bench.run(['groups', 'describe'])).toMatchObject({ code: 2 })
  })
})

test('consume -g takes part by the protocol that -X names', async () => {
  await fill()
  const words = ['consume', 'orders', '-g', 'new', '-n', '4', '-X', 'group.protocol=consumer']
  expect((await bench.run(words)).out.split('\n').filter(Boolean).sort()).toEqual(['a', 'b', 'c', 'd'])
  expect((await bench.run(['groups', 'list', '--format', 'tsv'])).out).toBe('new\tEmpty\tconsumer\tconsumer\n')
  expect(await bench.run([...words, '-X', 'group.protocol=newest'])).toMatchObject({ code: 2 })
})

describe('groups seek', () => {
  test('moves a group, within what the log holds', async () => {
    await fill()
    await consume('-e')
    const offsets = async () => (await bench.run(['groups', 'describe', 'billing', '--format', 'tsv'])).out
    const seek = (...words: string[]) => bench.run(['groups', 'seek', 'billing', ...words])
    const dry = await seek('--to', 'start', '--dry-run', '--format', 'tsv')
    expect(dry.out).toBe('orders\t0\t3\t0\t-\norders\t1\t1\t0\t-\n')
    expect(await seek('--to', 'start')).toMatchObject({ code: 2 })
    expect(await offsets()).toContain('orders\t0\t3\t3\t0')
    expect((await seek('--to', '2', '--yes', '--json')).json()).toMatchObject({
      ok: true,
      group: 'billing',
      changed: true,
      partitions: [
        { topic: 'orders', partition: 0, prior_offset: 3, new_offset: 2, error: null },
        { topic: 'orders', partition: 1, prior_offset: 1, new_offset: 1, error: null },
      ],
    })
    await seek('--shift-by', '-1', '--topics', 'orders:0', '--yes')
    expect(await offsets()).toContain('orders\t0\t1\t3\t2')
    await seek('--to', '-1', '--yes')
    expect((await consume('-e')).out.split('\n').sort().join('')).toBe('cd')
    await seek('--to', '@now', '--yes')
    expect(await consume('-e')).toMatchObject({ out: '' })
  })

  test('moves a group to where another one stands, or a file says', async () => {
    await fill()
    await consume('-e')
    await bench.run(['groups', 'seek', 'billing', '--to', '1', '--yes'])
    const offsets = async (group: string) => (await bench.run(['groups', 'describe', group, '--format', 'tsv'])).out
    const seek = (...words: string[]) => bench.run(['groups', 'seek', 'audit', '--yes', ...words])
    expect(await seek('--to-group', 'billing', '--topics', 'orders:1')).toMatchObject({ code: 0 })
    expect(await offsets('audit')).toBe('audit\torders\t1\t1\t1\t0\t-\t-\t-\n')
    expect(await seek('--to-group', 'billing')).toMatchObject({ code: 0 })
    expect(await offsets('audit')).toContain('audit\torders\t0\t1\t3\t2')
    const query = "select topic, partition, end_offset from partitions where topic = 'orders'"
    const csv = (await bench.run(['sql', '-f', 'csv', query.replace('end_offset', 'end_offset as offset')])).out
    const piped = ['groups', 'seek', 'audit', '--yes', '--to-file', '-']
    expect(await bench.run(piped, { stdin: [csv] })).toMatchObject({ code: 0 })
    expect(await offsets('audit')).toContain('audit\torders\t0\t3\t3\t0')
    writeFileSync(join(bench.folder, 'offsets'), '# by hand\norders 0 2\n\norders\t1\t99\n')
    expect(await seek('--to-file', 'offsets')).toMatchObject({ code: 0 })
    expect(await offsets('audit')).toContain('audit\torders\t0\t2\t3\t1')
    for (const [text, problem] of [
      ['orders,0,1\norders,0', 'stdin: line 2: "orders,0" is not TOPIC,PARTITION,OFFSET'],
      ['orders,0,x', 'stdin: line 1'],
      ['orders 0 1\norders,0,2', 'line 2: orders/0 stands there twice'],
      ['\n#', 'stdin has no offsets'],
    ] as const) {
      const refused = await bench.run(piped, { stdin: [text] })
      expect({ code: refused.code, told: refused.err.includes(problem) }).toEqual({ code: 2, told: true })
    }
    expect(await bench.run(piped, { stdin: ['nope,0,1'] })).toMatchObject({ code: 1 })
    expect(await seek('--to-group', 'nobody')).toMatchObject({ code: 1 })
    expect(await seek('--to-group', 'billing', '--to', 'end')).toMatchObject({ code: 2 })
  })

  test('wants to be told where to, and a group that stands somewhere', async () => {
    await fill()
    expect(await bench.run(['groups', 'seek', 'billing'])).toMatchObject({ code: 2 })
    expect(await bench.run(['groups', 'seek', 'billing', '--to', '1:2'])).toMatchObject({ code: 2 })
    expect(await bench.run(['groups', 'seek', 'billing', '--to', '1', '--shift-by', '1'])).toMatchObject({ code: 2 })
    expect(await bench.run(['groups', 'seek', 'billing', '--to', 'end', '--yes'])).toMatchObject({ code: 1 })
    const made = await bench.run(['groups', 'seek', 'billing', '--to', 'end', '--topics', 'orders', '--yes'])
    expect(made).toMatchObject({ code: 0 })
    expect((await consume('-e')).out).toBe('')
  })

  test('refuses a group with members, and names them', async () => {
    await using rafka = await open({
      dataDir: bench.env.RAFKA_DATA_DIR!,
      configs: { 'group.initial.rebalance.delay.ms': '0' },
    })
    await rafka.admin().createTopics([{ name: 'orders' }])
    const consumer = rafka.consumer({ topics: ['orders'], group: 'billing' })
    const next = consumer[Symbol.asyncIterator]().next()
    await expect.poll(() => consumer.groupMetadata()?.memberId, { timeout: 20_000 }).not.toBe('')
    const member = consumer.groupMetadata()!.memberId
    const refused = await bench.run(['groups', 'seek', 'billing', '--to', 'start', '--topics', 'orders', '--yes'])
    expect(refused.code).toBe(1)
    expect(refused.err).toContain(member)
    expect((await bench.run(['groups', 'delete', 'billing', '--yes'])).err).toContain('group "billing" has members')
    await consumer.close()
    await next
  })
})

describe('groups delete, delete-offsets', () => {
  test('delete a group, or what it knows of a topic', async () => {
    await fill()
    await consume('-e')
    const forget = ['groups', 'delete-offsets', 'billing', '--topics', 'orders:0']
    expect(await bench.run(forget)).toMatchObject({ code: 2 })
    expect(await bench.run([...forget, '--yes'])).toMatchObject({ code: 0, out: 'deleted the offset of orders/0\n' })
    expect((await bench.run(['groups', 'describe', 'billing', '--format', 'tsv'])).out).not.toContain('orders\t0')
    expect(await bench.run(['groups', 'delete', 'billing'])).toMatchObject({ code: 2 })
    expect(await bench.run(['groups', 'delete', 'billing', '--yes'])).toMatchObject({
      code: 0,
      out: 'deleted billing\n',
    })
    expect(await bench.run(['groups', 'delete', 'billing', '--yes'])).toMatchObject({ code: 1 })
    expect(await bench.run(['groups', 'delete', 'billing', '--yes', '--if-exists'])).toMatchObject({ code: 0 })
  })
})

describe('produce --transaction', () => {
  test('sends all or nothing', async () => {
    await bench.run(['topics', 'create', 'orders'])
    const committed = () => bench.run(['consume', 'orders', '-e', '--isolation', 'read_committed'])
    const sent = await bench.run(['produce', 'orders', '--transaction'], { stdin: ['a\nb\n'] })
    expect(sent).toMatchObject({ code: 0 })
    expect((await committed()).out).toBe('a\nb\n')
    const wrong = ['produce', 'orders', '--transaction', '-K', ':']
    const failed = await bench.run(wrong, { stdin: ['k:c\nno delimiter\n'] })
    expect(failed.code).toBe(1)
    expect(failed.err).toContain('the transaction was aborted')
    expect((await committed()).out).toBe('a\nb\n')
    expect((await bench.run([...wrong, '--json'], { stdin: ['k:c\nno delimiter\n'] })).json()).toMatchObject({
      ok: false,
      produced: 0,
    })
  })
})

describe('a group of the new protocol', () => {
  test('is listed, described, and deleted when it is empty', async () => {
    await using rafka = await open({ dataDir: bench.env.RAFKA_DATA_DIR!, storage: { durability: 'none' } })
    await rafka.admin().createTopics([{ name: 'orders', partitions: 2 }])
    const consumer = rafka.consumer({ topics: ['orders'], group: 'billing', groupProtocol: 'consumer' })
    const next = consumer[Symbol.asyncIterator]().next()
    const described = async () => (await rafka.admin().describeGroups(['billing']))[0]?.members[0]?.partitions
    await expect.poll(described, { timeout: 20_000 }).toHaveLength(2)
    const listed = await bench.run(['groups', 'list', '--type', 'consumer', '--state', 'stable', '--format', 'tsv'])
    expect(listed.out).toBe('billing\tStable\tconsumer\tconsumer\n')
    expect((await bench.run(['groups', 'list', '--type', 'classic', '--format', 'tsv'])).out).toBe('')
    const { out } = await bench.run(['groups', 'describe', 'billing'])
    expect(out).toMatch(/^billing {2}Stable {2}members 1 {2}total lag 0 {2}\(coordinator \d+, uniform\)\n/)
    const member = consumer.groupMetadata()!.memberId
    expect(out.split('\n').filter((line) => line.includes(member))).toHaveLength(2)
    expect((await bench.run(['groups', 'describe', 'billing', '--json'])).json()).toMatchObject({
      groups: [{ type: 'consumer', protocol: 'uniform', members: [{ member_id: member }] }],
    })
    expect((await bench.run(['groups', 'delete', 'billing', '--yes'])).err).toContain('group "billing" has members')
    await consumer.close()
    await next
    expect((await bench.run(['groups', 'list', '--format', 'tsv'])).out).toBe('billing\tEmpty\tconsumer\tconsumer\n')
    expect((await bench.run(['groups', 'delete', 'billing', '--yes'])).code).toBe(0)
  })
})
