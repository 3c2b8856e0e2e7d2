import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Preview } from '../../../src/api/hosts.ts'
import { type HostState, hostStates } from '../../../src/boot/host-state.ts'
import type { LifeEvent } from '../../../src/boot/life.ts'
import { maskSecrets } from '../../../src/boot/mask.ts'
import { explainSpec } from '../../../src/cli/local/specs.ts'
import { parseCommand } from '../../../src/cli/parse-command.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { explain } from '../../../src/explain/explain.ts'
import type { Shown } from '../../../src/explain/question.ts'
import { type Mac, macWithHyphens } from '../../../src/wire/address.ts'
import { writeBuild } from '../../system/media-files.ts'
import { startHttp, stranger } from '../daemon.ts'

/** What profiles boot, by their keys. */
const kinds: Readonly<Record<string, string>> = {
  kernel: 'kernel: linux, initrd: [initrd.gz]',
  efi: 'efi: linux',
  iso: 'iso: linux',
  wim: 'wim: { wimboot: linux, files: [boot.wim] }',
  nixos: 'nixos: build, phoneHome: ssh, vars: { password: hunter22 }',
}

/** Where a machine asks that has each kind of loader. */
const loaders: Readonly<Record<string, { file?: string; url(mac: Mac): string }>> = {
  ipxe: { url: mac => `/boot/${mac}/boot.ipxe` },
  grub: { file: 'grubx64.efi', url: mac => `/grub/grub.cfg-01-${macWithHyphens(mac)}` },
  pxelinux: { file: 'pxelinux.0', url: mac => `/pxelinux.cfg/01-${macWithHyphens(mac)}` },
  lpxelinux: { file: 'lpxelinux.0', url: mac => `/pxelinux.cfg/01-${macWithHyphens(mac)}` },
}

const boots = ['install', 'once', 'always', 'menu'] as const

interface Machine {
  readonly name: string
  readonly mac: Mac
  readonly address: string
  readonly boot: (typeof boots)[number]
  readonly state: HostState
}

/** One for each way of booting and each state; what netboots always has but one. */
const machines: readonly Machine[] = boots
  .flatMap(boot =>
    (boot === 'always' ? ['idle' as const] : hostStates).map(state => [boot, state] as const),
  )
  .map(([boot, state], n) => ({
    ...{ name: `${boot}-${state}`, boot, state, address: `127.0.0.${100 + n}` },
    mac: `52:54:00:00:01:${(16 + n).toString(16)}` as Mac,
  }))

/** A disc can tell nothing, so it is no installer. */
const machinesOf = (kind: string) =>
  machines.filter(({ boot }) => kind !== 'iso' || boot !== 'install')

function configOf(kind: string, loader: string | undefined): string {
  const profile = (boot: string, more = '') =>
    `  ${boot}: { ${kinds[kind]}, boot: ${boot}, cmdline: "say={{ host.name }}-{{ attempt.number }} $x", files: { seed: preseed }${more} }\n`
  const hosts = machinesOf(kind).map(({ name, mac, boot }) => {
    const own = loader === undefined ? '' : `, loader: ${loader}`
    const what = boot === 'menu' ? 'boot: menu' : `profile: ${boot}`
    return `  ${name}: { mac: "${mac}", ${what}${own} }\n`
  })
  return [
    'dataDir: data\nassets: assets\nnetworks: { lan: { interface: lo, mode: MODE } }\nprofiles:\n',
    ...(kind === 'iso' ? [] : [profile('install', ', verify: { up: 15m }')]),
    profile('once'),
    profile('always'),
    'hosts:\n',
    ...hosts,
  ].join('')
}

async function lan(t: Test, kind: string, loader: string | undefined) {
  const owners = new Map(machines.map(({ address, mac }) => [address, mac]))
  const loaderFiles = Object.fromEntries(
    ['grubx64.efi', 'pxelinux.0', 'lpxelinux.0', 'undionly.kpxe'].map(name => [name, '']),
  )
  const build = join(t.testdirName, 'build-of-nix')
  const files = {
    'boot.wim': 'a wim',
    loaders: loaderFiles,
    build: t.fixture('symlink', '../build-of-nix'),
  }
  const http = await startHttp(t, '', { config: configOf(kind, loader), files, owners })
  mkdirSync(build, { recursive: true })
  writeBuild(build, 'a')
  const { config } = loadConfig(join(http.folder, 'config.yaml'))
  if (!config) throw new Error('unreachable')
  const explained = async ({ mac, state }: Machine): Promise<Shown[]> => {
    const argv = ['--mac', mac, '--state', state, '--whole', '--json']
    const parsed = parseCommand(explainSpec, argv)
    if (parsed.kind !== 'run') throw new Error('wrong arguments')
    const result = await explain(parsed.values, config)
    if ('wrong' in result) throw new Error(result.wrong)
    return JSON.parse(result.text).answers
  }
  return { ...http, explained }
}

type Lan = Awaited<ReturnType<typeof lan>>

/** What leads to each state besides being asked for. */
const ways: Readonly<Partial<Record<HostState, readonly LifeEvent[]>>> = {
  installing: [{ kind: 'ready' }],
  verifying: [{ kind: 'ready' }, { kind: 'done' }],
  installed: [{ kind: 'ready' }, { kind: 'done' }, { kind: 'up' }],
  failed: [{ kind: 'ready' }, { kind: 'failed' }],
}

/** Takes a machine as far as its state; undefined where its profile does not lead there. */
async function bring(
  { install, ask, lives, hosts, state }: Lan,
  machine: Machine,
  url: string,
): Promise<boolean> {
  const { name, boot } = machine
  if (machine.state === 'idle') return true
  install(name, boot === 'menu' ? hosts.get(name)?.menu?.[0] : undefined)
  if (machine.state !== 'pending') await ask(url, machine.address)
  for (const event of ways[machine.state] ?? []) lives.apply(name, event)
  return state(name) === machine.state
}

const hidden = (text: string) => maskSecrets(text, ['hunter22']).replaceAll(/\/TOKEN\b/g, '/***')

for (const kind of Object.keys(kinds)) {
  for (const [loader, { file, url: urlOf }] of Object.entries(loaders)) {
    t.test(`${kind} by ${loader}: everybody says what is sent`, async t => {
      const site = await lan(t, kind, file)
      let compared = 0
      for (const machine of machinesOf(kind)) {
        const url = urlOf(machine.mac)
        if (!(await bring(site, machine, url))) continue
        compared += 1
        await t.test(machine.name, t => compare(t, site, machine, url))
      }
      t.ok(compared > 4, `${compared} machines`)
    })
  }
}

async function compare(t: Test, site: Lan, machine: Machine, url: string): Promise<void> {
  const { ask, admin, memory, explained } = site
  const { name, mac, address } = machine
  const kexec = `/boot/${mac}/kexec`
  const all = () => JSON.stringify([memory.hosts.all(), memory.events.newest(1000)])
  const before = all()
  const preview = (await admin('GET', `/hosts/${name}/preview`)).json<Preview>()
  const told = await explained(machine)
  const dry = await ask(`${kexec}?dry-run`, address)
  const head = await ask(url, address, 'HEAD')
  const headOfOther = await ask(url, stranger, 'HEAD')
  const dryOfOther = await ask(`${kexec}?dry-run`, stranger)
  t.equal(all(), before, 'looking changes nothing')

  const other = await ask(url, stranger)
  t.equal(headOfOther.statusCode, other.statusCode)
  t.equal(dryOfOther.statusCode, other.statusCode)
  const sent = await ask(url, address)
  t.equal(head.statusCode, sent.statusCode)
  t.equal(sent.statusCode, 200)
  t.equal(preview.now.script, hidden(sent.body), 'the preview')
  const [line] = memory.events.newest(1, name)
  t.match(line?.text, preview.now.reason, 'and its reason is in the timeline')
  const script = told.find(one => one.door === 'script')
  if (script?.door !== 'script') {
    t.fail('no script in it')
    return
  }
  t.equal(hidden(script.text), hidden(sent.body), 'explain')
  t.equal(script.reason, preview.now.reason, 'and its reason')
  const files = told.flatMap(one =>
    one.door === 'file' ? [{ name: one.name, text: hidden(one.text) }] : [],
  )
  t.strictSame(
    files,
    preview.now.files.map(one => ({ ...one, text: hidden(one.text) })),
  )

  const real = await ask(kexec, address)
  t.equal(real.statusCode, dry.statusCode)
  const ran = real.body.replace(/^dry=$/m, 'dry=1')
  t.equal(hidden(dry.body), hidden(ran), 'the dry run')
}

// As they were seen: a preview with a kernel for a menu, iPXE scripts for hosts whose loader is GRUB.
t.test('the three that differed', async t => {
  const preview = async (kind: string, loader: string, name: string) => {
    const site = await lan(t, kind, loaders[loader]?.file)
    const machine = machines.find(one => one.name === name)
    if (machine) await bring(site, machine, '')
    return (await site.admin('GET', `/hosts/${name}/preview`)).json<Preview>().now
  }
  t.match(await preview('kernel', 'ipxe', 'menu-idle'), { kind: 'menu', script: /^#!ipxe\nmenu / })
  t.match(await preview('iso', 'grub', 'once-pending'), {
    ...{ kind: 'local', reason: 'GRUB cannot boot a profile with iso:' },
    script: /^echo 'Disk: GRUB cannot boot a profile with iso:'\n/,
  })
  t.match(await preview('kernel', 'grub', 'install-pending'), {
    ...{ kind: 'boot', script: /^echo 'install-pending installs install, attempt 1'\n/ },
  })
})
