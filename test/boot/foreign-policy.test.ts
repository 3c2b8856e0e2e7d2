import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { archOfType, archs, typesOfArch } from '../../src/boot/arch.ts'
import type { Client } from '../../src/boot/client.ts'
import { type Answer, decide, type Site } from '../../src/boot/decide.ts'
import type { ForeignCard } from '../../src/boot/foreign/row.ts'
import { type ForeignServer, foreignServers } from '../../src/boot/foreign/server.ts'
import { foreignLines } from '../../src/boot/foreign.ts'
import { bootFields } from '../../src/dhcp/reply-boot.ts'
import { bootOptions6 } from '../../src/dhcp6/reply-boot.ts'
import type { Mac } from '../../src/wire/address.ts'
import { textOfBytes } from '../../src/wire/dhcp-values.ts'
import { option6 } from '../../src/wire/dhcp6-codes.ts'
import { option6Of } from '../../src/wire/dhcp6-packet.ts'
import { ip, network } from '../dhcp/examples.ts'
import { ip6, network6 } from '../dhcp6/examples.ts'
import { makeFolder } from '../folder.ts'
import { type ForeignAnswer, type ForeignClient, readLines } from './foreign-servers.ts'

const files = [
  ...['ipxe.efi', 'snponly.efi', 'undionly.kpxe', 'shimx64.efi', 'grubx64.efi', 'grubaa64.efi'],
  ...['pxelinux.0', 'lpxelinux.0', 'syslinux.efi', 'own.efi', 'gone.efi', 'bootcode.bin'],
  'pxelinux.cfg/default',
]
const missing = new Set(['gone.efi'])

/** The words of our own DHCP server for the same answer. */
function ourWords4(client: Client, answer: Answer): ForeignAnswer | undefined {
  const { file } = bootFields({
    client,
    answer,
    network: network(),
    httpPort: 8080,
    via: 'dhcp',
    gift: { kind: 'proxy' },
  } as Parameters<typeof bootFields>[0])
  return file === undefined
    ? undefined
    : { file: toAll(file, answer), http: client.stage === 'http-firmware' }
}

function ourWords6(client: Client, answer: Answer): ForeignAnswer | undefined {
  const from = { client, answer, network: network6(), deps: { httpPort: 8080 } }
  const options = bootOptions6(from as unknown as Parameters<typeof bootOptions6>[0])
  const url = option6Of(options, option6.bootFileUrl)
  if (!url) return undefined
  const file = toAll(textOfBytes(url), answer)
  return { file, http: option6Of(options, option6.vendorClass) !== undefined }
}

/** A foreign server has one script for all, which goes on to the host's own. */
function toAll(file: string, answer: Answer): string {
  return answer.kind === 'chain' ? file.replace(/boot\/.*\//, '') : file
}

/** Every client that a DHCP server can tell apart: by type, MAC, vendor class, and whether it is iPXE. */
function* everyClient(macs: readonly string[], vendors: readonly string[]) {
  for (const arch of archs) {
    for (const http of [false, true]) {
      for (const type of typesOfArch(arch, http)) {
        for (const mac of macs) {
          const usual = http ? 'HTTPClient' : 'PXEClient'
          for (const vendor of ['', ...vendors]) {
            for (const ipxe of [false, true]) yield { mac, type, vendor: usual + vendor, ipxe }
          }
        }
      }
    }
  }
}

function clientOf({ mac, type, vendor, ipxe }: ForeignClient, card?: ForeignCard): Client {
  const { arch, http } = archOfType(type)
  return {
    mac: mac as Mac,
    arch: card?.arch ?? arch,
    stage: ipxe ? 'ipxe' : http ? 'http-firmware' : 'firmware',
    vendorClass: vendor,
    capable: true,
  }
}

const plain = '52:54:00:00:00:01'
const families = {
  4: { serverAddress: ip('10.77.0.1'), httpPort: 8080 },
  6: { serverAddress: ip6('2001:db8:77::1'), httpPort: 8080 },
} as const
const facts = families[4]

/** In both families; Kea and ISC's server see no MAC in DHCPv6. */
function compare(
  t: Test,
  site: Site,
  cards: readonly ForeignCard[] = [],
  macs: readonly string[] = [plain],
  vendors: readonly string[] = [],
): void {
  const clients = [...everyClient([...macs, ...cards.map(({ mac }) => mac)], vendors)]
  const isByMac = cards.length > 0 || macs.length > 1
  for (const family of [4, 6] as const) {
    const servers: readonly ForeignServer[] = family === 6 && isByMac ? ['dnsmasq'] : foreignServers
    for (const server of servers) {
      const lines = foreignLines(server, { ...families[family], site, cards })
      const different = clients.filter(foreign => {
        const card = cards.find(({ mac }) => mac === foreign.mac)
        const have = readLines[server](lines, foreign)
        const want = wanted(family, clientOf(foreign, card), card, site)
        return JSON.stringify(have) !== JSON.stringify(want)
      })
      t.strictSame(different, [], `${server}, IPv${family}`)
    }
  }
}

/** What we would say ourselves. */
function wanted(family: 4 | 6, client: Client, card: ForeignCard | undefined, site: Site) {
  const why = { code: 'install-asked' } as const
  const answer = decide(client, { name: 'a', due: true, why, settings: card?.settings ?? {} }, site)
  return (family === 4 ? ourWords4 : ourWords6)(client, answer)
}

t.test('every arch with every loader: what is told elsewhere is what we would say', async t => {
  for (const file of files) {
    t.test(file, async t => {
      const rules = new Map([['x64-efi' as const, [{ file: 'own.efi', speaks: 'grub' as const }]]])
      const all = new Map(archs.map(arch => [arch, file]))
      compare(t, { unknown: 'ignore', loaders: all, missing, ...(file === 'own.efi' && { rules }) })
    })
  }
})

t.test('an arch without a loader', async t => {
  compare(t, { unknown: 'ignore', loaders: new Map([['bios', 'undionly.kpxe']]) })
})

t.test('cards of hosts with boot settings of their own', async t => {
  const macOf = (n: number) => `52:54:00:12:34:${n.toString(16).padStart(2, '0')}` as Mac
  const loaders = files.map((loader, n) => ({ mac: macOf(n), settings: { loader } }))
  const cards: ForeignCard[] = [
    ...loaders,
    { mac: macOf(64), settings: { kind: 'iso' } },
    { mac: macOf(65), settings: { kind: 'iso', loader: 'grubx64.efi' } },
    { mac: macOf(66), settings: { kind: 'efi' } },
    { mac: macOf(67), settings: {}, arch: 'arm64-efi' },
    { mac: macOf(68), settings: { uefi: 'pxe10', loader: 'snponly.efi' }, arch: 'bios' },
  ]
  const site: Site = {
    unknown: 'ignore',
    loaders: new Map([
      ['bios', 'undionly.kpxe'],
      ['x64-efi', 'ipxe.efi'],
      ['arm64-efi', 'grubaa64.efi'],
    ]),
    missing,
  }
  compare(t, site, cards)
})

t.test('rules of `loaders` for a vendor class, or for cards of some makers', async t => {
  const rules: Site['rules'] = new Map([
    [
      'x64-efi',
      [
        { file: 'gone.efi', macs: ['00:11:22'] },
        { file: 'grubx64.efi', macs: ['52:54:00', '52:55'], vendor: 'PXEClient:odd' },
        { file: 'snponly.efi', macs: ['52:55'] },
        { file: 'shimx64.efi' },
      ],
    ],
    ['bios', [{ file: 'lpxelinux.0', vendor: 'PXEClient:odd' }]],
  ])
  const loaders = new Map([['bios' as const, 'undionly.kpxe']])
  const macs = [plain, '00:11:22:00:00:01', '52:55:00:00:00:01', '52:56:00:00:00:01']
  compare(t, { unknown: 'ignore', loaders, rules, missing }, [], macs, [':odd'])
})

t.test('U-Boot that says the type of other firmware gets its config', async t => {
  const loaders = new Map([
    ...(['arm64-uboot', 'arm32-uboot', 'uboot'] as const).map(
      arch => [arch, 'pxelinux.cfg/default'] as const,
    ),
    ['bios', 'undionly.kpxe'] as const,
  ])
  for (const server of foreignServers) {
    const lines = foreignLines(server, { ...facts, site: { unknown: 'ignore', loaders } })
    const client = { mac: plain, type: 0, vendor: 'U-Boot.riscv', ipxe: false }
    t.strictSame(readLines[server](lines, client), { file: 'pxelinux.cfg/default', http: false })
  }
})

t.test('dnsmasq takes the lines', async t => {
  const rules: Site['rules'] = new Map([
    ['bios', [{ file: 'lpxelinux.0', vendor: 'PXEClient:odd', macs: ['52:54', '52:55:00'] }]],
  ])
  const loaders = new Map([['bios' as const, 'undionly.kpxe']])
  const cards = [{ mac: plain as Mac, settings: { kind: 'iso' as const, loader: 'snponly.efi' } }]
  const file = join(makeFolder(t), 'dnsmasq.conf')
  writeFileSync(
    file,
    foreignLines('dnsmasq', { ...facts, site: { unknown: 'ignore', loaders, rules }, cards }),
  )
  execFileSync('dnsmasq', ['--test', `--conf-file=${file}`], { stdio: 'pipe' })
})
