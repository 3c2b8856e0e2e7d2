import t from 'tap'
import { isLocal } from '../../src/system/local-addresses.ts'
import { neighboursOf, neighboursWith } from '../../src/system/neighbours.ts'
import { type Ipv4, type Mac, parseIpv4 } from '../../src/wire/address.ts'

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

const arp = `IP address       HW type     Flags       HW address            Mask     Device
10.77.0.20       0x1         0x2         52:54:00:12:34:56     *        br0
10.77.0.21       0x1         0x0         52:54:00:12:34:56     *        br0
10.77.1.20       0x1         0x6         52:54:00:12:34:56     *        br1
10.77.0.22       0x1         0x2         52:54:00:12:34:57     *        br0
`

t.test('the neighbour table both ways; who did not answer is not there', async t => {
  const mac = '52:54:00:12:34:56' as Mac
  t.strictSame(neighboursWith(mac, arp), [ip('10.77.0.20'), ip('10.77.1.20')])
  t.strictSame(neighboursOf(ip('10.77.0.20'), arp), [mac])
  t.strictSame(neighboursOf(ip('10.77.0.21'), arp), [])
})
