import t from 'tap'
import type { Arch } from '../../src/boot/arch.ts'
import type { Client } from '../../src/boot/client.ts'
import {
  type Answer,
  canBeSentToDisk,
  decide,
  type KnownHost,
  type Site,
} from '../../src/boot/decide.ts'
import type { LoaderRule } from '../../src/boot/loaders/choice.ts'
import { written } from '../../src/boot/reason.ts'
import { because } from '../../src/boot/words/reason.ts'
import type { Mac } from '../../src/wire/address.ts'
import { client } from './examples.ts'

const loaders = new Map<Arch, string>([
  ['bios', 'undionly.kpxe'],
  ['x64-efi', 'ipxe.efi'],
])
const due: KnownHost = {
  name: 'node1',
  due: true,
  why: { code: 'host-is', host: 'node1', state: 'pending' },
}
const idle: KnownHost = {
  name: 'node1',
  due: false,
  why: { code: 'host-is', host: 'node1', state: 'idle' },
}
const silent: KnownHost = { ...idle, settings: { localBoot: 'silent' } }
const pxelinux: KnownHost = { ...due, settings: { loader: 'pxelinux.0' } }
const missing = new Set(['gone.efi'])
const site = (unknown: Site['unknown']): Site => ({ unknown, loaders, missing })

const pending = 'node1 is pending'
const resting = 'node1 is idle'
const ignored = 'not a host of the config, and unknownHosts is ignore'
const localOnly = 'not a host of the config, and unknownHosts is local'
const everybody = 'not a host of the config: the profile of unknownHosts'

const efi = { arch: 'x64-efi' } as const
const http = { stage: 'http-firmware', arch: 'x64-efi' } as const
const stripped = { stage: 'ipxe', capable: false } as const

/** An answer without its data: the sentence stands for it. */
interface Told {
  readonly kind: Answer['kind']
  readonly reason: string
  readonly over?: 'tftp' | 'http'
  readonly file?: string
  readonly binl?: true
  readonly empty?: true
}

function told(...asked: Parameters<typeof decide>): Told {
  const { why: _, ...answer } = decide(...asked)
  return answer as Told
}

type Row = readonly [
  sentence: string,
  asks: Partial<Client>,
  host: KnownHost | Site['unknown'],
  answer: Told,
]

const tftp = (file: string, reason: string): Told => ({
  kind: 'load',
  over: 'tftp',
  file,
  reason,
})
const none = (reason: string): Told => ({ kind: 'none', reason })
const local = (reason: string): Told => ({ kind: 'local', reason })
const chain = (reason: string): Told => ({ kind: 'chain', reason })
const boot = (reason: string): Told => ({ kind: 'boot', reason })

const rows: readonly Row[] = [
  ['a BIOS ROM of a due host loads iPXE', {}, due, tftp('undionly.kpxe', pending)],
  ['a UEFI ROM of a due host loads iPXE', efi, due, tftp('ipxe.efi', pending)],
  ['a BIOS ROM of an idle host boots its disk', {}, idle, local(resting)],
  ['a UEFI ROM of an idle host boots its disk', efi, idle, local(resting)],
  ['a BIOS ROM nobody knows is ignored', {}, 'ignore', none(ignored)],
  ['a BIOS ROM nobody knows boots its disk', {}, 'local', local(localOnly)],
  ['a BIOS ROM nobody knows loads iPXE', {}, 'boot', tftp('undionly.kpxe', everybody)],
  [
    'a due ARM machine without a loader gets nothing, and why',
    { arch: 'arm64-efi' },
    due,
    none(`${pending}; no loader for arm64-efi`),
  ],
  [
    'a due machine of an arch nobody heard of gets nothing, and why',
    { arch: 'unknown' },
    due,
    none(`${pending}; no loader for unknown`),
  ],
  ['an idle machine needs no loader to boot its disk', { arch: 'arm64-efi' }, idle, local(resting)],

  [
    'HTTP Boot of a due host loads iPXE over HTTP',
    http,
    due,
    { kind: 'load', over: 'http', file: 'ipxe.efi', reason: pending },
  ],
  ['HTTP Boot of an idle host ends in its disk', http, idle, local(resting)],
  ['HTTP Boot of a machine nobody knows is ignored', http, 'ignore', none(ignored)],
  ['HTTP Boot of a machine nobody knows ends in its disk', http, 'local', local(localOnly)],
  [
    'HTTP Boot of a due host without a loader gets nothing, and why',
    { ...http, arch: 'arm64-efi' },
    due,
    none(`${pending}; no loader for arm64-efi`),
  ],

  ['iPXE of a due host goes to its script', { stage: 'ipxe' }, due, chain(pending)],
  ['iPXE of an idle host goes to its script', { stage: 'ipxe' }, idle, chain(resting)],
  ['iPXE that nobody knows is ignored', { stage: 'ipxe' }, 'ignore', none(ignored)],
  ['iPXE that nobody knows goes to a local boot', { stage: 'ipxe' }, 'local', chain(localOnly)],
  ['iPXE that nobody knows goes to the profile', { stage: 'ipxe' }, 'boot', chain(everybody)],
  [
    'a stripped iPXE of a due host is swapped for ours',
    stripped,
    due,
    tftp('undionly.kpxe', `its iPXE lacks features; ${pending}`),
  ],
  [
    'a stripped iPXE of an idle host is swapped for ours too: its own may not boot the disk',
    stripped,
    idle,
    tftp('undionly.kpxe', `its iPXE lacks features; ${resting}`),
  ],
  [
    'a stripped iPXE that cannot be swapped gets nothing, and why',
    { ...stripped, arch: 'ia32-efi' },
    due,
    none(`its iPXE lacks features; ${pending}; no loader for ia32-efi`),
  ],
  ['a stripped iPXE that nobody knows is ignored', stripped, 'ignore', none(ignored)],

  [
    'a due host with a loader of its own loads that',
    efi,
    { ...due, settings: { loader: 'shim.efi' } },
    tftp('shim.efi', pending),
  ],
  [
    'a loader of its own over HTTP too',
    http,
    { ...due, settings: { loader: 'snponly.efi' } },
    { kind: 'load', over: 'http', file: 'snponly.efi', reason: pending },
  ],
  [
    'GRUB is not for HTTP Boot, and PXE comes next',
    http,
    { ...due, settings: { loader: 'shimx64.efi' } },
    local(`${pending}; shimx64.efi is for PXE, not for HTTP Boot`),
  ],
  [
    'a loader of its own that is not there gets nothing, and why',
    efi,
    { ...due, settings: { loader: 'gone.efi' } },
    none(`${pending}; no loader gone.efi`),
  ],
  [
    'UEFI that is told the file on port 4011 only',
    efi,
    { ...due, settings: { uefi: 'binl' } },
    { kind: 'load', over: 'tftp', file: 'ipxe.efi', binl: true, reason: pending },
  ],
  [
    'BIOS has no such thing',
    {},
    { ...due, settings: { uefi: 'binl' } },
    tftp('undionly.kpxe', pending),
  ],
  ['a silent host gets no boot answer', efi, silent, none(`${resting}; localBoot: silent`)],
  ['its iPXE none either', { stage: 'ipxe' }, silent, none(`${resting}; localBoot: silent`)],
  ['its script boots the disk', { stage: 'script' }, silent, local(resting)],
  [
    'it boots like others when it is due',
    efi,
    { ...due, settings: { localBoot: 'silent' } },
    tftp('ipxe.efi', pending),
  ],
  [
    'a host that goes to its disk by iPXE',
    {},
    { ...idle, settings: { localBoot: 'loader' } },
    tftp('undionly.kpxe', resting),
  ],
  [
    'and from iPXE to the script',
    { stage: 'ipxe' },
    { ...idle, settings: { localBoot: 'loader' } },
    chain(resting),
  ],
  [
    'a host that gets an offer without a file',
    {},
    { ...idle, settings: { localBoot: 'empty' } },
    { kind: 'local', empty: true, reason: resting },
  ],
  [
    'a ROM that is iPXE loads what the host wants instead',
    { stage: 'ipxe' },
    pxelinux,
    tftp('pxelinux.0', pending),
  ],
  [
    'and an own iPXE of the host is the one that runs',
    { stage: 'ipxe' },
    { ...due, settings: { loader: 'snponly.efi' } },
    chain(pending),
  ],
  ['auto is what others get', {}, { ...idle, settings: { localBoot: 'auto' } }, local(resting)],

  ['the script of a due host boots it', { stage: 'script' }, due, boot(pending)],
  ['the script of an idle host boots its disk', { stage: 'script' }, idle, local(resting)],
  ['there is no script for a machine nobody knows', { stage: 'script' }, 'ignore', none(ignored)],
  ['the script of a stranger boots its disk', { stage: 'script' }, 'local', local(localOnly)],
  ['the script of a stranger boots the profile', { stage: 'script' }, 'boot', boot(everybody)],
  [
    'a script needs no loader, whatever the arch',
    { stage: 'script', arch: 'unknown' },
    due,
    boot(pending),
  ],
]

for (const [sentence, asks, host, answer] of rows) {
  t.test(sentence, async t => {
    const known = typeof host === 'string' ? undefined : host
    const place = site(typeof host === 'string' ? host : 'ignore')
    t.strictSame(told(client(asks), known, place), answer)
  })
}

t.test('loaders of the config: the first rule that fits, then that of the arch', async t => {
  const rules = new Map<Arch, LoaderRule[]>([
    [
      'bios',
      [
        { file: 'lpxelinux.0', macs: ['52:54:00:aa', '52:54:00:12:34:56'] },
        { file: 'old.pxe', vendor: 'PXEClient:Arch:00000' },
      ],
    ],
    ['x64-efi', [{ file: 'ipxe.lkrn', speaks: 'pxelinux' }]],
  ])
  const place = { ...site('ignore'), rules }
  const fileFor = (asks: Partial<Client>, host = due) => {
    const answer = decide(client(asks), host, place)
    return answer.kind === 'load' ? answer.file : answer.kind
  }
  const other = '52:54:00:99:00:01' as Mac
  t.equal(fileFor({}), 'lpxelinux.0')
  t.equal(fileFor({ mac: other }), 'undionly.kpxe')
  t.equal(fileFor({ mac: other, vendorClass: 'PXEClient:Arch:00000:UNDI' }), 'old.pxe')
  t.equal(fileFor({}, pxelinux), 'pxelinux.0', 'the host goes before')
  t.equal(fileFor({ stage: 'ipxe' }), 'chain', 'they are for firmware, not for a ROM that is iPXE')
  const said = { ...due, settings: { loader: 'ipxe.lkrn' } }
  t.equal(fileFor({ stage: 'ipxe' }, said), 'ipxe.lkrn', 'a file is what it is said to be')
})

t.test('what unknownHosts says never touches a host of the config', async t => {
  for (const unknown of ['ignore', 'local', 'boot'] as const) {
    t.strictSame(told(client(), idle, site(unknown)), local(resting))
    t.strictSame(told(client(), due, site(unknown)), tftp('undionly.kpxe', pending))
  }
})

t.test(
  'a reply can send EFI firmware and HTTP Boot to the disk, others find it by themselves',
  async t => {
    t.equal(canBeSentToDisk(client(efi)), true)
    t.equal(canBeSentToDisk(client({ arch: 'arm64-efi' })), true)
    t.equal(canBeSentToDisk(client()), false)
    t.equal(canBeSentToDisk(client({ ...efi, stage: 'ipxe' })), false)
    t.equal(canBeSentToDisk(client(http)), true)
  },
)

t.test('strangers that get the profile of unknownHosts get its settings', async t => {
  const strangers = { ...site('boot'), profile: { loader: 'shim.efi' } }
  t.strictSame(told(client(efi), undefined, strangers), tftp('shim.efi', everybody))
  t.strictSame(told(client(efi), due, strangers), tftp('ipxe.efi', pending))
})

t.test('an offer without a file can be sent to BIOS too', async t => {
  const empty = { kind: 'local', empty: true, ...because(written(resting)) } as const
  t.equal(canBeSentToDisk(client(), empty), true)
  t.equal(canBeSentToDisk(client(), { kind: 'local', ...because(written(resting)) }), false)
  t.equal(canBeSentToDisk(client({ stage: 'ipxe' }), empty), false)
})
