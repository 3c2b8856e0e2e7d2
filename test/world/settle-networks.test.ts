import t from 'tap'
import type { NetworkSettings } from '../../src/config/config.ts'
import { type Ipv4, parseIpv4 } from '../../src/wire/address.ts'
import { settleNetworks } from '../../src/world/settle-networks.ts'
import { right } from '../config/check.ts'
import { ip6 } from '../dhcp6/examples.ts'

const own = [
  { interface: 'br0', address: parseIpv4('10.77.0.1') as Ipv4, prefix: 24, loopback: false },
]
const own6 = [{ interface: 'br0', address: ip6('fd00:77::1'), prefix: 64 }]

const six = 'mode6: server, range6: "fd00:77::1000-fd00:77::ffff"'

t.test('a network is served in the families that it has', async t => {
  const settings = (keys: string): readonly NetworkSettings[] =>
    right(t, `networks: { rack: { ${keys} } }\n`).networks
  const settled = (keys: string, four = own, others = own6) =>
    settleNetworks(settings(keys), four, others)[0]

  const both = { interface: 'br0', ipv6: { serverAddress: 'fd00:77::1' } }
  t.match(settled(`interface: br0, mode: none, ${six}`), {
    network: { ...both, serverAddress: own[0]?.address },
    waits: [],
  })
  const alone = settled(`interface: br0, mode: none, ${six}`, [])
  t.match(alone, { network: both, waits: [] })
  t.notOk(alone?.network && 'serverAddress' in alone.network)
  t.match(settled(`mode: none, ${six}`, []), { network: both, waits: [] }, 'the only interface')
  t.match(settled(`interface: br0, mode: none, ${six}`, own, []), {
    network: { serverAddress: own[0]?.address, ipv6: undefined },
    waits: ['interface br0 has no IPv6 address yet'],
  })
  t.match(settled(`interface: br0, mode: none, ${six}`, [], []), {
    network: undefined,
    waits: ['interface br0 has no IPv6 address yet'],
  })
  t.match(settled(`interface: br0, mode: proxy, ${six}`, []), {
    network: both,
    waits: ['interface br0 has no IPv4 address yet'],
  })
  t.match(settled(`mode: none, ${six}`, [], [...own6, ...own6.map(on('br1'))]), {
    waits: ['the machine has several networks: say which with interface: one of br0, br1'],
  })
})

t.test('behind a relay our own IPv4 is not that of its machines', async t => {
  const far = `mode: none, ${six}, subnet6: "fd00:77::/64", serverAddress6: "fd00:78::1"`
  const { networks } = right(t, `networks: { far: { ${far} } }\n`)
  const [settled] = settleNetworks(networks, own, [
    { interface: 'br0', address: ip6('fd00:78::1'), prefix: 64 },
  ])
  t.match(settled, { network: { ipv6: { serverAddress: 'fd00:78::1' } }, waits: [] })
  t.equal(settled?.network?.subnet, undefined)
})

function on(device: string) {
  return (one: object) => ({ address: ip6('fd00:77::1'), prefix: 64, ...one, interface: device })
}
