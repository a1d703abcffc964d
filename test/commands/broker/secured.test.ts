import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Certificates, makeCertificates } from '../../support/certificates.ts'
import { startRafka } from '../support/rafka-process.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()
let certificates: Certificates
beforeAll(async () => {
  certificates = await makeCertificates()
})

/** Writes files beside each other, and starts a broker with these listeners. */
async function startBroker(listeners: string) {
  const { server, ca } = certificates
  const files = {
    'cert.pem': server.cert,
    'key.pem': server.key,
    'ca.pem': ca,
    'rafka.yaml': `listeners: [${listeners}]`,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(bench.folder, name), text)
  const broker = startRafka(['broker', 'start', '--config', join(bench.folder, 'rafka.yaml')], bench.env)
  await broker.until(() => broker.out.includes('\n'))
  return { broker, addresses: broker.out.trim().replace('BROKERS=', '').split(',') }
}

async function secret(name: string, text: string): Promise<string> {
  const file = join(bench.folder, name)
  await writeFile(file, text)
  await chmod(file, 0o600)
  return file
}

describe('broker start with listeners that ask who comes', () => {
  test('lets in whom `users create` named, with TLS; others are told why not', async () => {
    const { broker, addresses } = await startBroker(
      '{ port: 0, sasl: [plain, scram-sha-512], tls: { cert: cert.pem, key: key.pem } }',
    )
    expect(broker.err).toContain('there are no users yet: rafka users create NAME')
    const password = await secret('password', 'p w\n')
    expect(await bench.run(['users', 'create', 'alice', '--password-file', password])).toMatchObject({ code: 0 })
    await bench.run(['produce', 't', 'hello'])
    const login = ['-b', addresses[0]!, '-X', 'sasl.username=alice', '-X', `tls.ca=${join(bench.folder, 'ca.pem')}`]
    for (const mechanism of ['plain', 'scram-sha-512']) {
      const flags = [...login, '-X', `sasl.mechanism=${mechanism}`]
      const read = await bench.run(['consume', 't', '-e', ...flags, '-X', `sasl.password_file=${password}`])
      expect(read).toMatchObject({ code: 0, out: 'hello\n' })
      const wrong = await secret('wrong', 'another')
      const refused = await bench.run(['topics', 'list', ...flags, '-X', `sasl.password_file=${wrong}`])
      expect(refused).toMatchObject({ code: 3, out: '' })
      expect(refused.err).toMatch(/does not let the user "alice" in/)
    }
    const foreign = await bench.run(['topics', 'list', '-b', addresses[0]!])
    expect(foreign).toMatchObject({ code: 3 })
    expect(foreign.err).toMatch(/speaks TLS/)
    broker.child.kill('SIGTERM')
    expect(await broker.finish()).toMatchObject({ code: 0 })
    expect(broker.err).not.toMatch(/p w|another/)
  })

  test('warns of passwords that cross a network as they are, and of nothing else', async () => {
    const { broker, addresses } = await startBroker(
      '{ port: 0 }, { port: 0, sasl: plain }, { host: 0.0.0.0, port: 0, sasl: plain }',
    )
    const warned = broker.err.split('\n').filter((line) => line.includes('takes passwords with plain'))
    expect(warned).toEqual([expect.stringContaining(` ${addresses[2]} takes passwords with plain and speaks no TLS`)])
    broker.child.kill('SIGTERM')
    await broker.finish()
  })

  test.each([
    ['{ port: 0, tls: { cert: cert.pem, key: nowhere.pem } }', 2, /listeners: .*nowhere\.pem/],
    ['{ port: 0, tls: { cert: cert.pem, key: ca.pem } }', 2, /the certificate or key of the listener cannot be used/],
    ['{ port: 0, sasl: gssapi }', 2, /rafka.yaml:1: listeners: sasl: "gssapi" is none of plain, scram-sha-256/],
  ])('refuses %s', async (listeners, code, message) => {
    const { server, ca } = certificates
    await writeFile(join(bench.folder, 'cert.pem'), server.cert)
    await writeFile(join(bench.folder, 'ca.pem'), ca)
    await writeFile(join(bench.folder, 'rafka.yaml'), `listeners: [${listeners}]`)
    const refused = await bench.run(['broker', 'start', '--config', join(bench.folder, 'rafka.yaml')])
    expect(refused).toMatchObject({ code, out: '' })
    expect(refused.err).toMatch(message)
  })
})
