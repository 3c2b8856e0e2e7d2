import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Profile } from '../../src/boot/host.ts'
import { lackOfProfile } from '../../src/config/check/files.ts'
import { loadConfig } from '../../src/config/load.ts'
import { errors, lan, load, right } from './check.ts'

const profile = (text: string, more = '') => `${lan}profiles: { p: { ${text} } }\n${more}`
const host = (keys = '', loaders = '') =>
  `hosts: { n: { mac: 52:54:00:12:34:56, profile: p${keys} } }\n${loaders}`

t.test('what each kind boots', async t => {
  const kinds = (text: string) => {
    const { profiles, folder } = right(t, profile(text))
    const { kind, kernel, initrd } = profiles.get('p') ?? {}
    return [kind, ...[kernel, ...(initrd ?? [])].map(path => path?.replace(`${folder}/`, ''))]
  }
  t.strictSame(kinds('efi: a/uki.efi'), ['efi', 'assets/a/uki.efi'])
  t.strictSame(kinds('iso: a.iso, boot: once'), ['iso', 'assets/a.iso'])
  t.strictSame(kinds('wim: { files: [BCD, boot.wim] }'), [
    ...['wim', 'assets/loaders/wimboot', 'assets/BCD', 'assets/boot.wim'],
  ])
  t.strictSame(kinds('wim: { files: [x.wim], wimboot: my/wimboot }'), [
    ...['wim', 'assets/my/wimboot', 'assets/x.wim'],
  ])
  t.strictSame(kinds('kernel: linux'), [undefined, 'assets/linux'])
  t.strictSame(kinds('image: images/a.raw.zst'), [
    undefined,
    ...['linux', 'initrd', 'writer'].map(name => `assets/images/agent/${name}`),
  ])
})

t.test('another kind takes nothing of what it extends', async t => {
  const { profiles } = right(
    t,
    `${lan}profiles: { a: { kernel: k, initrd: i }, p: { extends: a, efi: u.efi } }\n`,
  )
  t.match(profiles.get('p'), { kind: 'efi', initrd: [] })
})

t.test('what does not go together', async t => {
  for (const [text, wanted] of [
    ['efi: u.efi, initrd: i', /profiles\.p\.initrd: `efi` takes no initrd/],
    ['efi: u.efi, kernel: k', /profiles\.p\.efi: is something else to boot/],
    ['iso: a.iso', /profiles\.p\.iso: cannot be told where to phone home.*`boot: once`/],
    ['efi: u.efi, login: key, phoneHome: ssh', /profiles\.p\.login: .*`efi` takes none/],
    ['wim: { files: [BCD] }', /profiles\.p\.wim\.files: names no \.wim/],
    ['wim: { files: [boot.wim, a/BOOT.WIM] }', /wim\.files\[1\]: there is another boot\.wim/],
    ['wim: { files: ["boot it.wim"] }', /wim\.files\[0\]: "boot it\.wim" has letters/],
    ['image: a.qcow2', /profiles\.p\.image: a\.qcow2 is no \.raw, .*`bootwright import FILE NAME`/],
    ['image: a.raw, boot: always', /profiles\.p\.boot: always does not go with `image`/],
    ['image: a.raw, boot: once', /profiles\.p\.boot: once does not go with `image`/],
    ['image: a.raw, initrd: i', /profiles\.p\.initrd: `image` is written by the agent/],
    ['image: a.raw, kernel: k', /profiles\.p\.image: is something else to boot/],
    ['image: a.raw, phoneHome: ssh', /profiles\.p\.phoneHome: `image` is written by the agent/],
    ['erase: {}, image: a.raw', /profiles\.p\.erase: is something else to boot/],
    ['erase: {}, boot: once', /profiles\.p\.boot: once does not go with `erase`/],
    ['erase: {}, verify: { up: 5m }', /profiles\.p\.verify: `erase` is done by the agent/],
    ['erase: {}, deploy: d', /profiles\.p\.deploy: `erase` is done by the agent/],
    ['erase: {}, seed: { user-data: x }', /profiles\.p\.seed: lies beside an `image`/],
    ['erase: { disks: some }', /profiles\.p\.erase\.disks/],
    ['image: a.raw, seed: { user-dat: x }', /user-dat.*user-data/],
    ['kernel: k, seed: { user-data: x }', /profiles\.p\.seed: lies beside an `image`/],
    ['wim: [boot.wim]', /profiles\.p\.wim: a list is not a map with `files`/],
  ] as const) {
    t.match(errors(t, profile(text)).join('\n'), wanted, text)
  }
})

/** The warnings but those of files that are missing. */
function warnings(t: Test, yaml: string, sizes: Readonly<Record<string, number>> = {}): string[] {
  const { folder } = load(t, yaml, Object.fromEntries(Object.keys(sizes).map(f => [f, ''])))
  for (const [name, size] of Object.entries(sizes)) truncateSync(join(folder, name), size)
  return loadConfig(join(folder, 'config.yaml'))
    .problems.filter(({ message }) => !/does not exist yet|assets\/loaders/.test(message))
    .map(({ path, message }) => `${path}: ${message}`)
}

t.test('a loader that cannot boot a profile', async t => {
  const iso = (keys: string, loaders = '') =>
    warnings(t, profile('iso: a.iso, boot: once', host(keys, loaders)))
  t.strictSame(iso(', loader: lpxelinux.0'), [
    'profiles.p.iso: PXELINUX cannot boot a profile with iso: (lpxelinux.0): such machines boot their disk',
  ])
  t.strictSame(iso(', loader: ipxe.efi', 'loaders: { bios: pxelinux.0 }\n'), [])
  t.strictSame(iso('', 'loaders: { x64-efi: shimx64.efi, bios: undionly.kpxe }\n'), [
    'profiles.p.iso: GRUB cannot boot a profile with iso: (shimx64.efi, the loader of x64-efi): such machines boot their disk',
  ])
  t.strictSame(iso(', arch: bios', 'loaders: { x64-efi: shimx64.efi }\n'), [])
  const rules = 'loaders: { bios: [{ file: pxelinux.0, mac: ["00:1b:21"] }, undionly.kpxe] }\n'
  t.strictSame(iso('', rules), [], 'a rule for other cards')
  t.strictSame(iso('', rules.replace('00:1b:21', '52:54')).length, 1)
})

t.test('firmware that cannot start a program', async t => {
  const efi = (arch: string) => warnings(t, profile('efi: u.efi', host(`, arch: ${arch}`)))
  t.strictSame(efi('bios'), [
    'profiles.p.efi: `efi` needs UEFI, and this is bios: it boots its disk',
  ])
  t.strictSame(efi('x64-efi'), [])
})

t.test('what is too large for a door', async t => {
  const gib = 2 ** 30
  const text = 'kernel: linux, initrd: [initrd]'
  const found = (size: number, keys = '') =>
    warnings(t, profile(text, host(keys)), { 'assets/linux': 9_000_000, 'assets/initrd': size })
  const bios =
    /^profiles\.p\.initrd: has 3\.2 GB to load, and BIOS machines have room for about 2 GB; a small initrd/
  t.strictSame(found(gib), [])
  t.match(found(3 * gib), [bios])
  t.match(found(3 * gib, ', arch: bios'), [bios])
  t.strictSame(found(3 * gib, ', arch: x64-efi'), [])
  t.strictSame(found(4 * gib, ', arch: x64-efi'), [
    'profiles.p.initrd: initrd has 4.3 GB, and a kernel unpacks no initrd of 4 GB or more',
  ])
  t.strictSame(found(4 * gib, ', arch: x64-efi, loader: grubx64.efi'), [
    'profiles.p.initrd: initrd has 4.3 GB, and grubx64.efi fetches it over TFTP, which ends at 4 GB',
  ])
})

t.test('an image has its seed among the answer files, and the console of the agent', async t => {
  const yaml =
    `${lan}profiles:\n  base: { seed: { user-data: u, meta-data: m }, files: { more: f } }\n` +
    '  p: { extends: base, image: a.raw, seed: { user-data: v }, cmdline: quiet, vars: { disk: auto } }\n'
  const { profiles, folder } = right(t, yaml, { u: '', m: '', v: '', f: '' })
  t.match(profiles.get('p'), {
    image: { path: `${folder}/assets/a.raw`, seed: ['user-data', 'meta-data'] },
    files: { more: `${folder}/f`, 'user-data': `${folder}/v`, 'meta-data': `${folder}/m` },
    cmdline: 'console=tty0 console=ttyS0,115200 agent=image quiet',
  })
})

t.test('what is erased, and how long that may take', async t => {
  const { profiles, eraser, folder } = right(
    t,
    `${lan}profiles: { p: { erase: { disks: all } } }\n`,
  )
  const kernel = `${folder}/assets/images/agent/linux`
  const rest = { method: 'auto', check: 'sampled' }
  const cmdline = 'console=tty0 console=ttyS0,115200 agent=erase'
  t.match(profiles.get('p'), { kernel, cmdline, timeout: 72 * 3600 })
  t.strictSame(profiles.get('p')?.erase, { disks: 'all', ...rest })
  t.match(eraser, { name: 'erase', kernel, cmdline, erase: { disks: 'expected', ...rest } })
  const { config } = loadConfig(`${folder}/config.yaml`)
  t.match(config && lackOfProfile(config.eraser as Profile), { code: 'no-agent' })
})

t.test('an image without the agent, or without its sum, is told by a warning', async t => {
  const yaml = profile('image: a.raw', host())
  const said = (files: readonly string[]) => {
    const { folder } = load(t, yaml, Object.fromEntries(files.map(name => [name, ''])))
    const { problems } = loadConfig(join(folder, 'config.yaml'))
    return problems.map(({ message }) => message).join('\n')
  }
  const agent = ['linux', 'initrd', 'writer'].map(name => `assets/images/agent/${name}`)
  t.match(
    said(['assets/a.raw']),
    /the agent is missing: .*linux does not.*`bootwright agent build`/,
  )
  t.match(said(agent.slice(0, 2)), /the agent is missing: .*writer does not/)
  t.match(said(agent), /a\.raw does not exist yet/)
  t.match(
    said([...agent, 'assets/a.raw']),
    /a\.raw has no sum of what is in it: `bootwright import`/,
  )
  t.notMatch(said([...agent, 'assets/a.raw', 'assets/a.raw.json']), /agent|a\.raw/)
})
