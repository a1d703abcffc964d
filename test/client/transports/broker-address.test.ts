import { expect, test } from 'vitest'
import { parseBrokerAddress } from '../../../src/client/transports/broker-address.ts'

test.each([
  ['localhost', 'localhost', 9092],
  ['localhost:1234', 'localhost', 1234],
  [' kafka-1.example.com:9093 ', 'kafka-1.example.com', 9093],
  ['127.0.0.1:1', '127.0.0.1', 1],
  ['::1', '::1', 9092],
  ['[::1]', '::1', 9092],
  ['[fe80::1%eth0]:9094', 'fe80::1%eth0', 9094],
  ['PLAINTEXT://host:9095', 'host', 9095],
])('%s is an address', (text, host, port) => {
  expect(parseBrokerAddress(text)).toEqual({ host, port })
})

test.each(['', ':9092', 'host:', 'host:0', 'host:65536', 'host:port', 'a b:1', 'http://host:1', 'a:1:b', '[::1'])(
  '"%s" is none',
  (text) => {
    expect(() => parseBrokerAddress(text)).toThrow(/is not the address of a broker/)
  },
)
