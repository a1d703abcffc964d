import { describe, expect, it } from 'vitest'
import { listenerList } from '../../config/listener-list.ts'
import { ValueProblem } from '../../config/value-kinds.ts'

const read = (value: unknown) => listenerList.read(value, '/etc/rafka')
const tls = { cert: 'cert.pem', key: '/keys/key.pem' }

describe('listeners', () => {
  it('are addresses', () => {
    expect(read('127.0.0.1:1, [::1]:2')).toEqual([
      { host: '127.0.0.1', port: 1 },
      { host: '::1', port: 2 },
    ])
    expect(read([{}, { host: '0.0.0.0', port: 1, advertised: 'kafka' }])).toEqual([
      { host: '127.0.0.1', port: 9092 },
      { host: '0.0.0.0', port: 1, advertised: { host: 'kafka', port: 1 } },
    ])
  })

  it('say how clients must say who they are', () => {
    const address = { host: '127.0.0.1', port: 1 }
    for (const sasl of [['plain', 'SCRAM-SHA-256'], 'plain, scram-sha-256', ['PLAIN', 'plain', 'scram-sha-256']]) {
      expect(read([{ port: 1, sasl }])).toEqual([{ ...address, sasl: ['PLAIN', 'SCRAM-SHA-256'] }])
    }
  })

  it('have files for TLS, relative to the file that names them', () => {
    const all = { ...tls, ca: 'ca.pem', key_password_file: 'pw', client_auth: 'requested' }
    expect(read([{ port: 1, tls: all }])).toEqual([
      {
        host: '127.0.0.1',
        port: 1,
        tls: {
          cert: '/etc/rafka/cert.pem',
          key: '/keys/key.pem',
          ca: '/etc/rafka/ca.pem',
          keyPasswordFile: '/etc/rafka/pw',
          clientAuth: 'requested',
        },
      },
    ])
  })

  it.each<[unknown, string, Array<string | number>]>([
    [{ sasl: ['gssapi'] }, 'sasl: "gssapi" is none of plain, scram-sha-256, scram-sha-512', [0, 'sasl']],
    [{ sasl: [] }, 'sasl: expected a list of plain, scram-sha-256, scram-sha-512', [0, 'sasl']],
    [{ sasl: true }, 'sasl: expected a list of plain, scram-sha-256, scram-sha-512', [0, 'sasl']],
    [{ tls: { cert: 'x' } }, 'tls: expected the files cert and key', [0, 'tls']],
    [{ tls: true }, 'expected a mapping with cert, key, key_password_file, ca, client_auth', [0, 'tls']],
    [{ tls: { ...tls, certs: 1 } }, 'unknown key "certs"; did you mean "cert"?', [0, 'tls', 'certs']],
    [{ tls: { ...tls, cert: 1 } }, 'cert: expected a path', [0, 'tls', 'cert']],
    [
      { tls: { ...tls, client_auth: 'no' } },
      'client_auth: expected one of none, requested, required',
      [0, 'tls', 'client_auth'],
    ],
    [
      { tls: { ...tls, client_auth: 'required' } },
      'client_auth: required needs a ca that signs the certificates of clients',
      [0, 'tls'],
    ],
  ])('%j is refused', (listener, message, path) => {
    const problem = problemOf(() => read([listener]))
    expect(problem.message).toBe(message)
    expect(problem.path).toEqual(path)
  })
})

function problemOf(call: () => unknown): ValueProblem {
  try {
    call()
  } catch (error) {
    if (error instanceof ValueProblem) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
