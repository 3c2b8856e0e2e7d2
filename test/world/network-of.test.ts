import t from 'tap'
import type { Host, Network, Trust } from '../../src/boot/host.ts'
import { type Ipv4, type Mac, parseIpv4, parseSubnet, type Subnet } from '../../src/wire/address.ts'
import { networkOf } from '../../src/world/network-of.ts'

const ip = (text: string) => parseIpv4(text) as Ipv4

function network(name: string, subnet: string, serverAddress: string, trust: Trust): Network {
  const found = parseSubnet(subnet) as Subnet
  const rest = { mode: 'server', leaseTo: 'all', dns: [], leaseSeconds: 3600 } as const
  return { name, subnet: found, serverAddress: ip(serverAddress), trust, ...rest }
}

const lan = network('lan', '10.99.0.0/24', '10.99.0.1', 'lease')
const remote = network('remote', '10.98.0.0/24', '10.99.0.1', 'url')
const other = network('other', '10.97.0.0/24', '10.97.0.1', 'lease')
const host = (nic: object): Host => {
  const mac = '52:54:00:98:00:01' as Mac
  return { name: 'far', nics: [{ mac, ...nic }], tags: [], vars: {} }
}

const rows: [string, address: string, at: string, host: Host | undefined, expected: string][] = [
  ['a machine on the link', '10.99.0.77', '10.99.0.1', undefined, 'lan'],
  [
    'one behind the relay, at the same address of ours',
    '10.98.0.20',
    '10.99.0.1',
    undefined,
    'remote',
  ],
  ['one that took another way to us', '10.97.0.20', '10.99.0.1', undefined, 'other'],
  ['NAT: nobody knows, so nobody is trusted', '192.0.2.1', '10.99.0.1', undefined, 'lan'],
  [
    'NAT: the host is in the network',
    '192.0.2.1',
    '10.99.0.1',
    host({ network: 'remote' }),
    'remote',
  ],
  [
    'NAT: its reservation is',
    '192.0.2.1',
    '10.99.0.1',
    host({ address: ip('10.98.0.30') }),
    'remote',
  ],
  ['NAT: the host is elsewhere', '192.0.2.1', '10.97.0.1', host({ network: 'remote' }), 'other'],
  ['this machine itself', '127.0.0.1', '127.0.0.1', undefined, 'lan'],
]

for (const [when, address, at, who, expected] of rows) {
  t.test(when, async t => {
    const caller = { address: ip(address), localAddress: ip(at) }
    for (const order of [
      [lan, remote, other],
      [other, remote, lan],
    ]) {
      const found = networkOf(caller, order, who)?.name
      const any = when.startsWith('this') ? found !== 'remote' : found === expected
      t.ok(any, `${found}, whatever the order in the file`)
    }
  })
}
