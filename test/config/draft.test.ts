import t from 'tap'
import { type Draft, draftConfig, rangeFor } from '../../src/config/draft.ts'
import { parseConfig } from '../../src/config/load.ts'
import {
  formatIpv4,
  type Ipv4,
  parseIpv4,
  parseSubnet,
  type Subnet,
} from '../../src/wire/address.ts'

const ip = (text: string) => parseIpv4(text) as Ipv4
const subnet = (text: string) => parseSubnet(text) as Subnet
const shown = (range: ReturnType<typeof rangeFor>) =>
  range && `${formatIpv4(range.from)}-${formatIpv4(range.to)}`

const draft: Draft = {
  interface: 'eth0',
  subnet: subnet('192.168.1.0/24'),
  address: ip('192.168.1.5'),
  mode: 'proxy',
  servers: [ip('192.168.1.1')],
  dataDir: 'data',
  assets: 'assets',
}

t.test('a draft is a config without mistakes', async t => {
  const range = { from: ip('192.168.1.100'), to: ip('192.168.1.150') }
  for (const one of [
    draft,
    { ...draft, mode: 'server', range, router: ip('192.168.1.1') } as const,
  ]) {
    const { config, problems } = parseConfig(draftConfig(one), '/tmp/nowhere/bootwright.yaml')
    t.strictSame(problems, [])
    t.match(config?.networks, [{ name: 'lan', interface: 'eth0', mode: one.mode }])
  }
  t.match(draftConfig(draft), 'the DHCP server 192.168.1.1 gives the addresses')
})

t.test('a range for new machines', async t => {
  const range = (text: string, ...taken: string[]) => shown(rangeFor(subnet(text), taken.map(ip)))
  t.equal(range('192.168.1.0/24', '192.168.1.1'), '192.168.1.128-192.168.1.254')
  t.equal(range('192.168.1.0/24', '192.168.1.254'), '192.168.1.128-192.168.1.253')
  t.equal(range('192.168.1.0/24', '192.168.1.140'), '192.168.1.141-192.168.1.254')
  t.equal(range('10.0.0.0/16'), '10.0.255.55-10.0.255.254', 'not more than 200')
  t.equal(range('10.0.0.0/29', '10.0.0.1'), '10.0.0.4-10.0.0.6')
  t.equal(range('10.0.0.0/30'), undefined)
})
