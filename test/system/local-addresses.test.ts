import t from 'tap'
import { isLocal, loopbacksOf } from '../../src/system/local-addresses.ts'
import { type Ipv4, parseIpv4 } from '../../src/wire/address.ts'

const ip = (text: string): Ipv4 => parseIpv4(text) ?? (0 as Ipv4)

const table = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.77.0.0/24 2 0 2
        +-- 10.77.0.0/28 2 0 2
           |-- 10.77.0.0
              /24 link UNICAST
           |-- 10.77.0.1
              /32 host LOCAL
        |-- 10.77.0.20
           /32 host LOCAL
        |-- 10.77.0.255
           /32 link BROADCAST
`

t.test('an address is ours by the routes of the kernel', async t => {
  const ours = ['10.77.0.1', '10.77.0.20', '127.0.0.1', '127.3.2.1']
  for (const text of ours) t.ok(isLocal(ip(text), table), text)
  const others = [
    '10.77.0.0',
    '10.77.0.2',
    '10.77.0.255',
    '0.0.0.0',
    '126.255.255.255',
    '255.0.0.1',
  ]
  for (const text of others) t.notOk(isLocal(ip(text), table), text)
  t.notOk(isLocal(ip('10.77.0.1'), ''))
  t.ok(isLocal(ip('127.0.0.1')))
})

t.test('where this machine reaches itself', async t => {
  t.strictSame(loopbacksOf(false, ['127.0.0.1', '::1']), ['127.0.0.1'])
  t.strictSame(loopbacksOf(true, ['127.0.0.1', '::1']), ['127.0.0.1', '::1'])
  t.strictSame(loopbacksOf(true, ['127.0.0.1']), ['127.0.0.1'], 'IPv6 is off')
  t.strictSame(loopbacksOf(false, ['::1']), ['::1'], 'no IPv4 at all')
  t.strictSame(loopbacksOf(true, ['127.0.0.53']), [])
  t.strictSame(loopbacksOf(false, []), ['127.0.0.1'], 'to be refused with a sentence')
})
