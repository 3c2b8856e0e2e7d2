import t from 'tap'
import { type MediaWords, readSettings, whyNot } from '../../src/media/read-settings.ts'
import type { MediaSettings } from '../../src/media/settings.ts'

const words: MediaWords = {
  server: 'http://10.77.0.1:8080',
  address: undefined,
  gateway: undefined,
  dns: [],
  vlan: undefined,
}
const read = (more: Partial<MediaWords>) => readSettings({ ...words, ...more })

t.test('what is right', async t => {
  t.strictSame(read({}), { server: { host: '10.77.0.1', port: 8080 } })
  t.match(read({ server: 'http://boot.example/', vlan: '4094' }), {
    server: { host: 'boot.example', port: 80 },
    vlan: 4094,
  })
  t.match(read({ address: '10.77.0.21/24', gateway: '10.77.0.254', dns: ['9.9.9.9'] }), {
    address: { subnet: { prefix: 24 }, dns: { length: 1 } },
  })
  t.notOk(
    'wrong' in read({ server: 'http://10.99.0.1', address: '10.77.0.21/24', gateway: '10.77.0.1' }),
  )
})

for (const [what, more, wrong] of [
  ['another scheme', { server: 'https://10.77.0.1' }, /plain HTTP/],
  ['a path', { server: 'http://10.77.0.1/boot' }, /--server is a URL/],
  ['a port that is none', { server: 'http://10.77.0.1:99999' }, /--server is a URL/],
  ['half an address', { server: 'http://10.77.0' }, /--server is a URL/],
  ['a command', { server: "http://a'; reboot; '" }, /--server is a URL/],
  ['a line', { server: 'http://a\nreboot' }, /--server is a URL/],
  ['a setting of iPXE', { server: `http://\${password}` }, /--server is a URL/],
  ['no VLAN', { vlan: '0' }, /from 1 to 4094/],
  ['a VLAN that is no number', { vlan: '7;reboot' }, /from 1 to 4094/],
  ['no prefix', { address: '10.77.0.21' }, /an address and a prefix/],
  ['a prefix without room', { address: '10.77.0.21/31' }, /an address and a prefix/],
  ['two prefixes', { address: '10.77.0.21/24/24' }, /an address and a prefix/],
  [
    'a gateway elsewhere',
    { address: '10.77.0.21/24', gateway: '10.78.0.1' },
    /in 10\.77\.0\.0\/24/,
  ],
  ['a gateway by DHCP', { gateway: '10.77.0.1' }, /say --address/],
  ['a name server that is none', { address: '10.77.0.21/24', dns: ['one'] }, /--dns is an address/],
  ['a server elsewhere', { address: '10.78.0.21/24' }, /10\.77\.0\.1 does not lie in .*--gateway/],
  [
    'a name, and nobody to ask',
    { server: 'http://boot.example', address: '10.77.0.21/24' },
    /--dns/,
  ],
] as const) {
  t.test(`refused: ${what}`, async t => {
    const found = read(more)
    t.match('wrong' in found ? found.wrong : '', wrong)
  })
}

t.test('a VLAN is for a GRUB that can, and an address of its own', async t => {
  const settings: MediaSettings = { server: { host: 'a', port: 80 }, vlan: 7, secureBoot: false }
  const part = { grub: '', modules: '', starts: '', signed: [] }
  const bios = { ...part, arch: 'bios', vlans: false } as const
  const old = { ...part, arch: 'x64-efi', vlans: false } as const
  const today = { ...part, arch: 'x64-efi', vlans: true } as const
  t.equal(whyNot(settings, [bios]), undefined)
  t.match(whyNot(settings, [bios, old]), /x64-efi cannot set a VLAN/)
  t.match(whyNot(settings, [today]), /say --address/)
  const { server, address } = readSettings({ ...words, address: '10.77.0.21/24' }) as MediaSettings
  t.equal(whyNot({ ...settings, server, ...(address && { address }) }, [bios, today]), undefined)
})
