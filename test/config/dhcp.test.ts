import t, { type Test } from 'tap'
import { bootSettingsOf } from '../../src/boot/boot-settings.ts'
import { errors, lan, load, right } from './check.ts'

const rack = (keys: string) => `networks:
  rack: { subnet: 10.77.0.0/24, serverAddress: 10.77.0.1, mode: server, leaseTo: hosts, ${keys} }
`
const node = (keys: string) => `hosts: { n: { mac: 52:54:00:00:00:01, ${keys} } }\n`
const free = (t: Test, text: string) => right(t, rack(`options: ${text}`)).networks[0]?.options

t.test('the settings of a network that reach its machines', async t => {
  const { networks } = right(
    t,
    rack(
      'mtu: 9000, ntp: [10.77.0.1], domainSearch: [lab.example, example], rapidCommit: true, ' +
        'routes: [{ to: 10.0.0.0/8, via: 10.77.0.2 }]',
    ),
  )
  t.match(networks[0], {
    mtu: 9000,
    ntp: [0x0a4d0001],
    domainSearch: ['lab.example', 'example'],
    rapidCommit: true,
    routes: [{ to: { base: 0x0a000000, prefix: 8 }, via: 0x0a4d0002 }],
  })
  const [plain] = right(t, rack('router: 10.77.0.254')).networks
  for (const key of ['mtu', 'ntp', 'domainSearch', 'routes', 'options', 'rapidCommit']) {
    t.notOk(plain && key in plain, key)
  }
})

t.test('free options: every type, one address or several, forced', async t => {
  t.strictSame(
    free(
      t,
      '{ 150: { ip: 10.77.0.1 }, 151: { ip: [10.77.0.1, 10.77.0.2] }, 252: { text: "http://w" }, ' +
        '224: { u8: 7 }, 225: { u16: 258, force: true }, 226: { u32: 4294967295 }, 43: { hex: "01:02 ff" } }',
    ),
    [
      { code: 43, bytes: [1, 2, 255] },
      { code: 150, bytes: [10, 77, 0, 1] },
      { code: 151, bytes: [10, 77, 0, 1, 10, 77, 0, 2] },
      { code: 224, bytes: [7] },
      { code: 225, bytes: [1, 2], force: true },
      { code: 226, bytes: [255, 255, 255, 255] },
      { code: 252, bytes: [...Buffer.from('http://w')] },
    ],
  )
})

const wrong: Record<string, [yaml: string, message: string]> = {
  'an option that the daemon writes': [
    rack('options: { 54: { ip: 10.77.0.9 } }'),
    'networks.rack.options.54: is written by Bootwright itself',
  ],
  'an option of a host that the daemon writes': [
    rack('dns: []') + node('options: { 82: { hex: "01" } }'),
    'hosts.n.options.82: is written by Bootwright itself',
  ],
  'an option with a key of its own': [
    rack('options: { 6: { ip: 10.77.0.9 } }'),
    'networks.rack.options.6: has a key of its own here; write `dns`',
  ],
  'an option of no type': [
    rack('options: { 150: {} }'),
    'networks.rack.options.150: needs one of ip, text, u8, u16, u32, hex',
  ],
  'an option of two types': [
    rack('options: { 150: { u8: 1, hex: "01" } }'),
    'networks.rack.options.150: has u8 and hex; it needs exactly one',
  ],
  'an option that is too long': [
    rack(`options: { 252: { text: ${'x'.repeat(256)} } }`),
    'networks.rack.options.252: has 256 bytes, and an option holds 255',
  ],
  'a number that is no option': [
    rack('options: { 255: { u8: 1 } }'),
    'networks.rack.options.255: "255" is not the number of a DHCP option',
  ],
  'hex that is none': [rack('options: { 150: { hex: 0g } }'), 'is not bytes in hex'],
  'hex that YAML reads as a number': [
    rack('options: { 150: { hex: 0102 } }'),
    'YAML reads it as a number: put it in quotes',
  ],
  'a route to an address in a subnet': [
    rack('routes: [{ to: 10.0.0.1/8, via: 10.77.0.2 }]'),
    'networks.rack.routes[0].to: "10.0.0.1/8" is an address in the subnet 10.0.0.0/8; write 10.0.0.0/8',
  ],
  'a route by a router elsewhere': [
    rack('routes: [{ to: 10.0.0.0/8, via: 10.9.9.9 }]'),
    'networks.rack.routes[0].via: 10.9.9.9 does not lie in the subnet 10.77.0.0/24',
  ],
  'too many names to search': [
    rack(`domainSearch: [${Array.from({ length: 6 }, (_, n) => `${n}${'.abcdefghi'.repeat(5)}`)}]`),
    'networks.rack.domainSearch: has 318 bytes, and an option holds 255',
  ],
  'rapid commit where no addresses are given': [
    'networks: { lan: { rapidCommit: true } }\n',
    'networks.lan.rapidCommit: is for `mode: server`',
  ],
  'a loader with a folder': [
    lan + node('loader: a/b.efi'),
    'hosts.n.loader: "a/b.efi" is not the file name of a loader',
  ],
  'an arch that is none': [lan + node('arch: x86'), 'hosts.n.arch: "x86" is not known here'],
  'a block size that is too small': [
    lan + node('tftpBlockSize: 4'),
    'hosts.n.tftpBlockSize: 4 is not a block size in bytes from 512 to 1468',
  ],
}

for (const [what, [yaml, message]] of Object.entries(wrong)) {
  t.test(`${what} is a mistake`, async t => {
    const found = errors(t, yaml)
    t.equal(found.length, 1, found.join('\n'))
    t.match(found[0], message)
  })
}

const profiles = `profiles:
  base: { loader: a.efi, options: { 250: { text: base }, 251: { text: base } } }
  p: { extends: base, kernel: /k, localBoot: empty, options: { 251: { text: p } } }
`
const word = (code: number, text: string) => ({ code, bytes: [...Buffer.from(text)] })

t.test(
  'settings and options: the host before its profile, the profile before what it extends',
  async t => {
    const { hosts, profiles: all } = right(
      t,
      rack('dns: []') +
        profiles +
        node('profile: p, localBoot: silent, options: { 252: { text: n } }'),
    )
    t.match(all.get('p'), {
      loader: 'a.efi',
      localBoot: 'empty',
      options: [word(250, 'base'), word(251, 'p')],
    })
    const n = hosts.get('n')
    t.match(n && bootSettingsOf(n), {
      loader: 'a.efi',
      localBoot: 'silent',
      options: [word(250, 'base'), word(251, 'p'), word(252, 'n')],
    })
    t.equal(hosts.get('n')?.profile?.localBoot, 'empty')
  },
)

t.test('a host without a profile may have them, and what is its firmware’s alone', async t => {
  const keys = 'loader: b.efi, localBoot: loader, options: { 250: { text: n } }'
  const own = 'arch: arm64-efi, uefi: binl, tftpBlockSize: 1024'
  t.match(right(t, rack('dns: []') + node(`${keys}, ${own}`)).hosts.get('n'), {
    loader: 'b.efi',
    localBoot: 'loader',
    options: [word(250, 'n')],
    arch: 'arm64-efi',
    uefi: 'binl',
    tftpBlockSize: 1024,
  })
})

t.test('hosts with nothing of their own share their profile', async t => {
  const { hosts, profiles: all } = right(t, lan + profiles + node('profile: p, loader: b.efi'))
  t.equal(hosts.get('n')?.profile, all.get('p'))
  const n = hosts.get('n')
  t.equal(n && bootSettingsOf(n).options, all.get('p')?.options)
})

t.test('a loader that is nowhere is a warning that names its hosts', async t => {
  const yaml = `${lan}assets: assets\n${profiles}${node('profile: p, loader: mine.efi')}`
  const warnings = (files: Record<string, string>) =>
    load(t, yaml, files).problems.flatMap(({ path, message, hosts }) =>
      path.endsWith('loader') ? [`${path}: ${message} (${hosts})`] : [],
    )
  t.strictSame(warnings({}), [
    'profiles.base.loader: there is no a.efi; put one into assets/loaders (undefined)',
    'hosts.n.loader: there is no mine.efi; put one into assets/loaders (n)',
  ])
  t.strictSame(warnings({ 'assets/loaders/mine.efi': '' }), [
    'profiles.base.loader: there is no a.efi; put one into assets/loaders (undefined)',
  ])
})
