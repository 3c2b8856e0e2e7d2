import t from 'tap'
import { networkNames } from '../../src/config/template/context.ts'
import { sampleContext } from '../../src/config/template/sample-context.ts'
import { renderText } from '../../src/config/template/template.ts'
import { parseRange6, parseSubnet6 } from '../../src/wire/ipv6.ts'
import { errors, right } from './check.ts'

const rack = (keys: string) =>
  `networks: { rack: { subnet: 10.77.0.0/24, serverAddress: 10.77.0.1, mode: none, ${keys} } }\n`
const six = (keys: string) => rack(`mode6: server, subnet6: "fd00:77::/64", ${keys}`)
const range = 'range6: fd00:77::1000-fd00:77::ffff'
const node = (keys: string) => `hosts: { n: { mac: 52:54:00:00:00:01, ${keys} } }\n`

t.test('what a network is in IPv6', async t => {
  const [network] = right(
    t,
    six(`${range}, serverAddress6: "FD00:77:0::1", dns6: ["fd00:77::53"], rapidCommit: true`),
  ).networks
  t.strictSame(network?.ipv6, {
    mode: 'server',
    subnet: parseSubnet6('fd00:77::/64'),
    serverAddress: 'fd00:77::1',
    range: parseRange6('fd00:77::1000-fd00:77::ffff'),
    dns: ['fd00:77::53'],
  })
  t.notOk('ipv6' in (right(t, rack('mtu: 1500')).networks[0] ?? {}))
})

t.test('beside another DHCPv6 server a network needs no range', async t => {
  const [network] = right(t, rack('mode6: boot, serverAddress6: "fd00:77::1"')).networks
  t.strictSame(network?.ipv6, { mode: 'boot', serverAddress: 'fd00:77::1', dns: [] })
})

t.test('templates know the addresses of IPv6', async t => {
  const keys = `${range}, serverAddress6: "fd00:77::1", dns6: ["fd00:77::53"]`
  const config = right(t, six(keys) + node('address6: "fd00:77::20"'))
  const [network] = config.networks
  const host = config.hosts.get('n')
  if (!network || !host) return t.fail('unreachable')
  const text =
    '{{ host.address6 }} {{ network.subnet6 }} {{ network.serverAddress6 }} {{ network.dns6 | join }}'
  t.equal(
    renderText(text, { ...sampleContext(host, networkNames(network), 8080) }),
    'fd00:77::20 fd00:77::/64 fd00:77::1 fd00:77::53',
  )
  const empty = networkNames({ name: 'lan' })
  t.match(empty, { subnet6: '', serverAddress6: '', dns6: [] })
})

t.test('a reserved IPv6 address, of the host or of a card', async t => {
  const config = right(t, six(range) + node('address6: "fd00:77::20"'))
  t.match(config.hosts.get('n')?.nics, [{ address6: 'fd00:77::20' }])
  const nics = 'nics: [{ mac: 52:54:00:00:00:02, address6: "fd00:77:0:0::21" }]'
  t.match(right(t, six(range) + node(nics)).hosts.get('n')?.nics[1], { address6: 'fd00:77::21' })
})

t.test('a network may have IPv6 alone, on our link or behind a relay', async t => {
  const { networks } = right(
    t,
    `networks:
  here: { interface: br0, mode: none, mode6: server, range6: "fd00:78::1000-fd00:78::2000" }
  far: { mode: none, mode6: server, subnet6: "fd00:77::/64", ${range}, serverAddress6: "fd00:78::1" }
`,
  )
  t.strictSame(
    networks.map(({ name, subnet }) => [name, subnet]),
    [
      ['here', undefined],
      ['far', undefined],
    ],
  )
})

const wrong: Record<string, [yaml: string, message: string]> = {
  'a key without the mode': [
    rack(range),
    'networks.rack.range6: has no meaning without `mode6: server`',
  ],
  'a range beside another server': [
    rack(`mode6: boot, ${range}`),
    'networks.rack.range6: is for `mode6: server`',
  ],
  'a reservation beside another server': [
    rack('mode6: boot') + node('address6: "fd00:77::20"'),
    'is a reservation, and no network of it has `mode6: server`',
  ],
  'no range': [six('mtu: 1500'), 'networks.rack: `mode6: server` needs a `range6` to lease'],
  'a range outside': [
    six('range6: "fd00:78::1-fd00:78::2"'),
    'networks.rack.range6: "fd00:78::1-fd00:78::2" does not lie in the subnet fd00:77::/64',
  ],
  'a range the wrong way round': [
    six('range6: "fd00:77::2-fd00:77::1"'),
    'is not a range; write it like',
  ],
  'host bits': [rack(`mode6: server, ${range}, subnet6: "fd00:77::1/64"`), 'write fd00:77::/64'],
  'not quite an address': [
    six(`${range}, serverAddress6: "1:2:3::4::5"`),
    'is not an IPv6 address',
  ],
  'not quite a DNS server': [six(`${range}, dns6: ["12345::"]`), 'is not an IPv6 address'],
  'an IPv4 address': [
    six(`${range}, dns6: [10.77.0.1]`),
    'is not an IPv6 address; write it like fd00:77::1',
  ],
  'the same subnet twice': [
    `networks: { a: { mode: none, mode6: server, subnet6: "fd00:77::/64", ${range} }, b: { mode: none, mode6: server, subnet6: "fd00:77::/56", leaseTo: hosts } }\n`,
    'networks.b.subnet6: fd00:77::/56 overlaps network a',
  ],
  'our address outside': [
    `networks: { rack: { interface: br0, mode6: server, subnet6: "fd00:77::/64", ${range}, serverAddress6: "fd00:78::1" } }\n`,
    'networks.rack.serverAddress6: fd00:78::1 does not lie in the subnet fd00:77::/64',
  ],
  'a reservation outside': [
    six(range) + node('address6: "fd00:78::1"'),
    'hosts.n.address6: fd00:78::1 does not lie in the subnet6 of any network',
  ],
  'a reservation where nobody gives addresses': [
    rack('mtu: 1500') + node('address6: "fd00:77::1"'),
    'hosts.n.address6: fd00:77::1 is a reservation, and no network of it has `mode6: server`',
  ],
  'our own address': [
    six(`${range}, serverAddress6: "fd00:77::1"`) + node('address6: "fd00:77::1"'),
    'hosts.n.address6: fd00:77::1 is the serverAddress6 of network rack',
  ],
  'a reservation that is none': [
    six(range) + node('address6: "1::2::3"'),
    'is not an IPv6 address',
  ],
  'two with one address': [
    `${six(range)}hosts:\n  a: { mac: 52:54:00:00:00:01, address6: "fd00:77::5" }\n  b: { mac: 52:54:00:00:00:02, address6: "fd00:77::0:5" }\n`,
    "hosts.b.address6: fd00:77::5 is already host a's",
  ],
  'without its MAC': [
    `${six(range)}hosts: { n: { nics: [{ mac: 52:54:00:00:00:01 }], address6: "fd00:77::5" } }\n`,
    'hosts.n.address6: belongs to `mac`; with `nics` write it there',
  ],
}

for (const [name, [yaml, message]] of Object.entries(wrong)) {
  t.test(name, async t => {
    const found = errors(t, yaml)
    t.equal(found.length, 1, found.join('\n'))
    t.ok(found[0]?.includes(message), `${found[0]}`)
  })
}
