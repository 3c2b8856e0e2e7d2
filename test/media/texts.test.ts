import { spawnSync } from 'node:child_process'
import t from 'tap'
import { mediaConfig } from '../../src/media/grub-config.ts'
import { mediaScript } from '../../src/media/ipxe-script.ts'
import type { MediaSettings } from '../../src/media/settings.ts'
import {
  type Ipv4,
  type Mac,
  parseIpv4,
  parseMac,
  parseSubnet,
  type Subnet,
} from '../../src/wire/address.ts'
import { golden } from '../golden.ts'

const ip = (text: string) => parseIpv4(text) as Ipv4
const mac = (text: string) => parseMac(text) as Mac

const usual: MediaSettings = { server: { host: '10.77.0.1', port: 8080 }, secureBoot: false }

const all: MediaSettings = {
  server: { host: 'boot.lab.example', port: 80 },
  only: { host: 'node1', macs: [mac('52:54:00:12:34:56'), mac('52:54:00:12:34:57')] },
  address: {
    own: ip('10.78.0.21'),
    subnet: parseSubnet('10.78.0.0/16') as Subnet,
    gateway: ip('10.78.0.254'),
    dns: [ip('10.78.0.53'), ip('10.78.0.54')],
  },
  vlan: 7,
  secureBoot: true,
}

for (const [name, settings] of [
  ['usual', usual],
  ['all', all],
] as const) {
  t.test(`what GRUB and iPXE of a medium do: ${name}`, async t => {
    const config = mediaConfig(settings)
    t.equal(config, golden(`media/${name}.cfg`, config))
    const script = mediaScript(settings)
    t.equal(script, golden(`media/${name}.ipxe`, script))
  })

  t.test(`GRUB can read it: ${name}`, async t => {
    const { error, status, stderr } = spawnSync('grub-script-check', [], {
      input: mediaConfig(settings),
      encoding: 'utf8',
    })
    if (error) return t.comment('there is no grub-script-check (grub-common)')
    t.equal(status, 0, stderr)
  })
}

t.test('every label that iPXE goes to is there, once', async t => {
  for (const settings of [usual, all]) {
    const script = mediaScript(settings)
    const labels = [...script.matchAll(/^:(\w+)$/gm)].map(([, label]) => label)
    t.strictSame([...new Set(labels)], labels)
    const wanted = [...script.matchAll(/goto (\w+)/g)].map(([, label]) => label)
    const chosen = [...script.matchAll(/^item (\w+)/gm)].map(([, label]) => label)
    for (const label of [...wanted, ...chosen]) t.ok(labels.includes(label), `${label}`)
  }
})

t.test('a medium without an address of its own never asks by another', async t => {
  t.notMatch(mediaScript(usual), /\/ip /)
  t.match(mediaConfig(usual), 'net_del_addr card\n      if net_dhcp $card;')
  t.notMatch(mediaScript(all), /dhcp/)
  t.notMatch(mediaConfig(all), /dhcp/)
})

t.test('what was signed is fetched by TFTP', async t => {
  t.match(mediaConfig(all), 'configfile (tftp,boot.lab.example)/grub/grub.cfg-01-$mac')
  t.match(mediaConfig(usual), 'configfile (http,10.77.0.1:8080)/media/grub.cfg-01-$mac')
})
