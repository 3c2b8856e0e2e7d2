import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { explainSpec } from '../../src/cli/local/specs.ts'
import { parseCommand } from '../../src/cli/parse-command.ts'
import { loadConfig } from '../../src/config/load.ts'
import { describe6 } from '../../src/dhcp6/describe.ts'
import { explain } from '../../src/explain/explain.ts'
import { encodeDhcp6 } from '../../src/wire/dhcp6-packet.ts'
import { encodePcap } from '../../src/wire/pcap.ts'
import { encodeTftp } from '../../src/wire/tftp-packet.ts'
import { decodeUdp6, encodeUdp6 } from '../../src/wire/udp6-packet.ts'
import { firmware, ip6, like6 } from '../dhcp6/examples.ts'
import { makeFolder } from '../folder.ts'
import { captured6, captures6 } from '../packets6.ts'

const machine = ip6('fe80::5054:ff:fe12:3458')
const servers = ip6('ff02::1:2')
const config = `
assets: assets
networks:
  rack: { subnet: 10.77.0.0/24, serverAddress: 10.77.0.1, mode: none, mode6: MODE, subnet6: "2001:db8:77::/64" RANGE }
profiles: { debian: { kernel: linux, initrd: [initrd.gz] } }
hosts: { node1: { mac: "${firmware}", profile: debian } }
`

/** What these arguments of the command say, where IPv6 is served so. */
async function explained(mode: string, argumentsIn: (folder: string) => string[]) {
  const range = mode === 'server' ? ', range6: "2001:db8:77::100-2001:db8:77::1ff"' : ''
  const settings = mode === 'none' ? /, mode6.*RANGE/ : 'MODE'
  const folder = makeFolder(t, {
    assets: { linux: 'kernel', 'initrd.gz': 'initrd', loaders: { 'snponly.efi': 'a loader' } },
    'config.yaml': config.replace(settings, mode === 'none' ? '' : mode).replace('RANGE', range),
  })
  const { config: read, problems } = loadConfig(join(folder, 'config.yaml'))
  if (!read) throw new Error(problems.map(({ message }) => message).join('\n'))
  const parsed = parseCommand(explainSpec, [...argumentsIn(folder), '--state', 'pending'])
  if (parsed.kind !== 'run') throw new Error(parsed.kind)
  const answer = await explain(parsed.values, read)
  return 'wrong' in answer ? answer.wrong : answer.text
}

/** What would be answered to these packets of a capture. */
function replayed(packets: Parameters<typeof encodeUdp6>[0][], mode = 'server') {
  const frames = packets.map(packet => {
    const bytes = encodeUdp6(packet)
    return { at: 0, bytes, length: bytes.length }
  })
  return explained(mode, folder => {
    const file = join(folder, 'capture.pcap')
    writeFileSync(file, encodePcap(frames))
    return ['--pcap', file]
  })
}

/** The headings of what a machine that asks over IPv6 is answered. */
async function walked(mode: string, ...more: string[]) {
  const text = await explained(mode, () => ['--mac', firmware, '--ipv6', ...more])
  const heads = [...text.matchAll(/^== (?:(\S+) \(x64-efi\).*: DHCPv6 (.*)|(.*))$/gm)]
  return { text, heads: heads.map(([, stage, asked, other]) => other ?? `${stage} ${asked}`) }
}

t.test('what a foreign DHCPv6 server must send', async t => {
  const lines = await explained('boot', () => ['--dhcp', 'dnsmasq', '--ipv6'])
  t.match(lines, /option6:bootfile-url,tftp:\/\/\[2001:db8:77::1\]\/snponly\.efi/)
  t.match(await explained('none', () => ['--dhcp', 'kea', '--ipv6']), /rack has no IPv6/)
})

const asks = (capture: string, more = {}) => ({
  from: { address: machine, port: 546 },
  to: { address: servers, port: 547 },
  payload: encodeDhcp6(like6(capture, more)),
})

t.test('a capture of a boot over IPv6 is answered as the machine would be', async t => {
  const rrq = { kind: 'rrq', file: 'snponly.efi', mode: 'octet', options: new Map() } as const
  const text = await replayed([
    asks('ovmf-pxe-solicit'),
    {
      from: { address: ip6('2001:db8:77::158'), port: 2000 },
      to: { address: ip6('2001:db8:77::1'), port: 69 },
      payload: encodeTftp(rrq),
    },
    asks('ovmf-http-solicit'),
    asks('dhclient-confirm'),
    { ...asks('ovmf-pxe-solicit'), payload: Uint8Array.of(1, 2) },
  ])
  t.match(text, /firmware \(x64-efi\), host node1 in state pending.*DHCPv6 SOLICIT to port 547/)
  t.match(text, /^59 boot file URL: "tftp:\/\/\[2001:db8:77::1\]\/snponly.efi"$/m)
  t.match(text, /^3 addresses: 2001:db8:77::158 for 3600 s/m)
  t.match(text, /== tftp: snponly.efi\n8 bytes/)
  t.match(text, /^16 vendor class: "HTTPClient"$/m)
})

t.test('and of one beside another server', async t => {
  const request = asks('ovmf-pxe-solicit', { asked: 'request', addresses: [] })
  const to = { address: ip6('2001:db8:77::1'), port: 4011 }
  const text = await replayed([asks('ipxe-solicit'), { ...request, to }], 'boot')
  t.match(text, /DHCPv6 SOLICIT to port 547\nwhy: iPXE does not know proxyDHCP\nno reply/)
  t.match(text, /DHCPv6 REQUEST to port 4011\n.*\nreply to \[fe80::5054:ff:fe12:3458\]:546/)
})

t.test('a whole boot by its MAC, as of a machine that asks over IPv6', async t => {
  const { text, heads } = await walked('server', '--whole')
  t.strictSame(heads, [
    'firmware SOLICIT to port 547',
    'firmware REQUEST to port 547',
    'loader: snponly.efi',
    'ipxe SOLICIT to port 547',
    'ipxe REQUEST to port 547',
    'script, host node1 in state pending',
  ])
  t.match(text, 'boot file URL: "tftp://[2001:db8:77::1]/snponly.efi"')
  t.match(text, 'boot file URL: "http://[2001:db8:77::1]:8080/boot/52-54-00-12-34-58/boot.ipxe"')
  t.match(text, 'kernel --name kernel http://[2001:db8:77::1]:8080/assets/linux ')
})

t.test('the same beside another server, and of HTTP Boot', async t => {
  const beside = await walked('boot', '--whole')
  t.strictSame(beside.heads.slice(0, 2), [
    'firmware SOLICIT to port 547',
    'firmware REQUEST to port 4011',
  ])
  const http = await walked('boot', '--stage', 'http-firmware')
  t.strictSame(http.heads, ['http-firmware SOLICIT to port 547'])
  t.match(http.text, 'boot file URL: "http://[2001:db8:77::1]:8080/loaders/snponly.efi"')
  t.equal((await walked('none')).text, 'network rack has no IPv6: it needs a mode6')
})

t.test('every captured packet has words, whichever of its bytes is broken', async t => {
  for (const name of captures6) {
    const packet = captured6(name)
    for (const [n, [code, value]] of packet.options.entries()) {
      const cut = packet.options.with(n, [code, value.subarray(0, value.length - 1)])
      t.ok(describe6({ ...packet, options: cut }).length > 0)
    }
    t.notMatch(describe6(packet), /undefined|NaN/, name)
  }
})

t.test('only UDP over IPv6 is taken from a frame', async t => {
  const packet = asks('ovmf-pxe-solicit')
  const bytes = encodeUdp6(packet)
  t.strictSame(decodeUdp6(101, bytes)?.payload, packet.payload)
  t.match(decodeUdp6(101, bytes), { from: packet.from, to: packet.to })
  for (let length = 0; length < bytes.length; length++) decodeUdp6(101, bytes.subarray(0, length))
  t.equal(decodeUdp6(101, bytes.with(6, 6)), undefined, 'TCP')
  t.equal(decodeUdp6(101, bytes.with(0, 0x45)), undefined, 'IPv4')
  t.equal(decodeUdp6(147, bytes), undefined, 'a link that nobody knows')
})
