import t from 'tap'
import type { Arch } from '../../src/boot/arch.ts'
import type { Site } from '../../src/boot/decide.ts'
import { foreignRouters, foreignServers } from '../../src/boot/foreign/server.ts'
import { foreignLines, leftOutOf } from '../../src/boot/foreign.ts'
import type { Mac } from '../../src/wire/address.ts'
import { ip } from '../dhcp/examples.ts'
import { ip6 } from '../dhcp6/examples.ts'
import { golden } from '../golden.ts'

const loaders = new Map<Arch, string>([
  ['bios', 'undionly.kpxe'],
  ['x64-efi', 'ipxe.efi'],
  ['arm64-efi', 'grubaa64.efi'],
  ['uboot', 'pxelinux.cfg/default'],
  ['rpi', 'bootcode.bin'],
])
const site = (loaders: Site['loaders']): Site => ({ unknown: 'ignore', loaders })
const facts = { serverAddress: ip('10.77.0.1'), httpPort: 8080, site: site(loaders) }

const cards = [
  { mac: '52:54:00:12:34:5c' as Mac, settings: { loader: 'snponly.efi' } },
  { mac: '52:54:00:12:34:5d' as Mac, settings: { loader: 'lpxelinux.0' } },
  { mac: '52:54:00:12:34:5e' as Mac, settings: { kind: 'iso' } },
] as const

for (const server of foreignServers) {
  t.test(`the lines for ${server} with hosts that have a loader of their own`, async t => {
    const few = site(new Map([['bios', 'undionly.kpxe']]))
    const lines = foreignLines(server, { ...facts, site: few, cards })
    t.equal(lines, golden(`scripts/foreign-own-${server}.txt`, lines))
  })
  t.test(`the lines for ${server}`, async t => {
    const lines = foreignLines(server, facts)
    t.equal(lines, golden(`scripts/foreign-${server}.txt`, lines))
  })
  t.test(`the lines for ${server} over IPv6`, async t => {
    const lines = foreignLines(server, { ...facts, serverAddress: ip6('2001:db8:77::1') })
    t.equal(lines, golden(`scripts/foreign-ipv6-${server}.txt`, lines))
  })
  t.test(`without a loader ${server} still sends iPXE to us`, async t => {
    const lines = foreignLines(server, { ...facts, site: site(new Map()) })
    t.match(lines, 'http://10.77.0.1:8080/boot.ipxe')
    t.notMatch(lines, 'undionly')
  })
}

t.test(
  'what Kea is given is JSON, with the rule for iPXE before those that exclude it',
  async t => {
    const { 'client-classes': classes } = JSON.parse(foreignLines('kea', facts))
    t.equal(classes[0].name, 'bootwright-ipxe')
    for (const one of classes.slice(1)) t.match(one.test, "not member('bootwright-ipxe')")
  },
)

for (const router of foreignRouters) {
  t.test(`what to tell ${router}`, async t => {
    const lines = foreignLines(router, facts)
    t.equal(lines, golden(`scripts/foreign-${router}.txt`, lines))
    t.match(lines, '# Not tried on the router itself.')
    t.ok(
      lines.split('\n').every(line => line.length <= 132),
      'it fits a screen',
    )
  })
}

t.test('routers without a loader say so, and name no file', async t => {
  const none = { ...facts, site: site(new Map()) }
  t.match(foreignLines('pfsense', none), /UEFI 64 bit file name: +\(empty: there is no loader/)
  t.match(foreignLines('mikrotik', none), 'value="s\'http://10.77.0.1:8080/boot.ipxe\'"')
  t.notMatch(foreignLines('mikrotik', none), 'undefined')
})

t.test('routers with dnsmasq inside are told the lines of dnsmasq', async t => {
  const plain = (text: string) => text.split('\n').filter(line => line !== '' && !/^#/.test(line))
  for (const router of ['pihole', 'openwrt', 'opnsense'] as const) {
    t.strictSame(plain(foreignLines(router, facts)), plain(foreignLines('dnsmasq', facts)), router)
  }
})

t.test('over IPv6 Kea and ISC see no MAC, and what that leaves out is said', async t => {
  const rules: Site['rules'] = new Map([['x64-efi', [{ file: 'a.efi', macs: ['52:55'] }]]])
  const six = { ...facts, site: { ...facts.site, rules }, serverAddress: ip6('2001:db8:77::1') }
  for (const server of ['kea', 'isc'] as const) {
    t.notMatch(foreignLines(server, { ...six, cards }), /pkt4|hardware|member\('bootwright-own'\)/)
    const all = [...cards.map(({ mac }) => mac), '52:55']
    t.strictSame(leftOutOf(server, { ...six, cards }), [
      `${server} sees no MAC in DHCPv6: ${all.join(', ')} are told what all others are`,
    ])
    t.strictSame(leftOutOf(server, { ...facts, cards }), [])
  }
  t.strictSame(leftOutOf('kea', { ...six, site: facts.site }), [])
  t.strictSame(leftOutOf('dnsmasq', { ...six, cards }), [])
})

t.test(
  'over IPv6 routers with dnsmasq inside are told its lines, others to leave it to us',
  async t => {
    const six = { ...facts, serverAddress: ip6('2001:db8:77::1') }
    t.match(foreignLines('pihole', six), foreignLines('dnsmasq', six))
    t.match(foreignLines('unifi', six), /mode6: boot/)
    t.notMatch(foreignLines('unifi', six), 'http://')
  },
)
