import t from 'tap'
import type { Host } from '../../src/boot/host.ts'
import type { Outcome } from '../../src/dhcp/outcome.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { textOfBytes } from '../../src/wire/dhcp-values.ts'
import { type Change, host, ip, like, mac, network, world } from './examples.ts'

const efi = mac('52:54:00:12:34:02')
const rom: Change = { options: { [option.ipxe]: undefined, [option.userClass]: undefined } }

interface Ask {
  readonly capture?: string
  readonly change?: Change
  readonly due?: boolean
  readonly mode?: 'server' | 'proxy'
  readonly port?: 'dhcp' | 'proxy'
}

/** The boot part of what a machine with these settings is told. */
function boot(settings: Partial<Host>, ask: Ask = {}): string {
  const { capture = 'ovmf-x64-discover', change = {}, due = false, mode = 'server', port } = ask
  const hosts = [{ host: { ...host('node1', efi), ...settings }, due }]
  const source = { address: ip('10.77.0.60'), port: 4011 }
  const outcome = world({ hosts, networks: [network({ mode })] }).send(
    like(capture, { ...change, mac: efi }),
    { arrival: port === 'proxy' ? { port, source, broadcast: false } : {} },
  )
  return outcome.kind === 'none' ? outcome.reason : words(outcome)
}

function words({ reply }: Extract<Outcome, { kind: 'reply' }>): string {
  const has = (code: number, name: string) => (reply.options.has(code) ? [name] : [])
  const file = textOfBytes(reply.options.get(option.bootFile) ?? new Uint8Array())
  const parts = [
    ...has(60, 'class'),
    ...has(43, 'vendor'),
    ...(reply.siaddr ? ['siaddr'] : []),
    file,
  ]
  return parts.filter(Boolean).join(' ')
}

const bios: Ask = { capture: 'ipxe-rom-bios-discover', change: rom }
const arch = {
  capture: 'ovmf-x64-request-4011',
  change: { ciaddr: ip('10.77.0.60') },
  port: 'proxy',
} as const

t.test('localBoot: auto sends EFI to the disk at once, BIOS finds it by itself', async t => {
  t.equal(boot({}), 'class vendor siaddr')
  t.equal(boot({ localBoot: 'auto' }, bios), '')
})

t.test('localBoot: silent says nothing about booting, in every stage of DHCP', async t => {
  t.equal(boot({ localBoot: 'silent' }), '')
  t.equal(boot({ localBoot: 'silent' }, { capture: 'snponly-discover' }), '')
  t.equal(boot({ localBoot: 'silent' }, { mode: 'proxy' }), 'node1 is idle; localBoot: silent')
  t.equal(boot({ localBoot: 'silent' }, { due: true }), 'class vendor siaddr ipxe.efi')
})

t.test('localBoot: loader loads iPXE, whose script boots the disk', async t => {
  t.equal(boot({ localBoot: 'loader' }), 'class vendor siaddr ipxe.efi')
  t.equal(boot({ localBoot: 'loader' }, bios), 'class vendor siaddr undionly.kpxe')
  t.equal(
    boot({ localBoot: 'loader' }, { capture: 'ovmf-http-discover' }),
    'class siaddr http://10.77.0.1:8080/loaders/ipxe.efi',
  )
})

t.test('localBoot: empty makes the offer without a file for BIOS too', async t => {
  t.equal(boot({ localBoot: 'empty' }, bios), 'class vendor siaddr')
  t.equal(boot({ localBoot: 'empty' }, { ...bios, mode: 'proxy' }), 'class vendor siaddr')
  t.equal(boot({ localBoot: 'empty' }), 'class vendor siaddr')
})

t.test('loader: another one for this host, wherever a loader is sent', async t => {
  const settings = { loader: 'snponly.efi' }
  t.equal(boot(settings, { due: true }), 'class vendor siaddr snponly.efi')
  t.equal(boot(settings), 'class vendor siaddr', 'and no more than that')
  t.match(boot(settings, { due: true, capture: 'snponly-discover' }), /boot\.ipxe$/)
  t.equal(
    boot(settings, { due: true, capture: 'ovmf-http-discover' }),
    'class siaddr http://10.77.0.1:8080/loaders/snponly.efi',
  )
})

t.test('arch: what its firmware should be taken for', async t => {
  t.equal(boot({ arch: 'arm64-efi' }, { due: true }), 'class vendor siaddr ipxe-arm64.efi')
  t.equal(boot({ arch: 'x64-efi' }, bios), 'class vendor siaddr', 'also when it goes to its disk')
  t.equal(boot({ arch: 'bios' }), '')
})

for (const mode of ['server', 'proxy'] as const) {
  t.test(`uefi: binl in mode ${mode}: no menu and no file on 67, the file on 4011`, async t => {
    const settings = { uefi: 'binl' } as const
    t.equal(boot(settings, { due: true, mode }), 'class siaddr')
    t.equal(boot(settings, { ...arch, due: true, mode }), 'class vendor siaddr ipxe.efi')
    t.equal(boot({ uefi: 'pxe10' }, { due: true, mode }), 'class vendor siaddr ipxe.efi')
    t.equal(boot(settings, { ...bios, due: true, mode }), 'class vendor siaddr undionly.kpxe')
  })
}

t.test('the profile of unknownHosts has its loader', async t => {
  const w = world({ unknown: 'boot', profile: { loader: 'snponly.efi' } })
  const outcome = w.send(like('ovmf-x64-discover'))
  t.equal(outcome.kind === 'reply' && outcome.reply.file, 'snponly.efi')
})
