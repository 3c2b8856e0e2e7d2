import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { run } from './command.ts'
import { labObstacle } from './packages.ts'
import { openSite } from './sshd-site.ts'
import { bootDebian } from './takeover-stand-ins.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(3))

const at = (name: string) => fileURLToPath(new URL(`../../config/nixos/${name}`, import.meta.url))
const config = `
profiles:
  p: { nixos: nixos, login: own, identityFile: key, callbacks: [in-place], verify: { ssh: 10m } }
callbacks:
  in-place:
    when: [asked]
    command: { run: [${at('takeover.sh')}, root@10.77.0.20, key, "{{ server.url }}", ${at('takeover.nix')}] }
`

/** A machine that runs a Debian, which lets the owner in. */
async function open(t: Test) {
  const site = await openSite(t, config)
  const key = join(site.folder, 'key')
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key])
  const publicKey = readFileSync(`${key}.pub`, 'utf8').trim()
  await bootDebian(site.node1, key, publicKey)
  const read = (name: string) => readFileSync(join(site.node1.folder, name), 'utf8')
  return { ...site, publicKey, read }
}

t.test('a Debian that runs becomes NixOS, and keeps the way back', { skip }, async t => {
  const site = await open(t)
  await site.ask()
  await site.told(/### Waiting for NixOS ###/)
  t.equal(await site.state(), 'installing')
  t.equal(
    site.read('etc/NIXOS_LUSTRATE'),
    'etc/nixos\netc/bootwright\netc/ssh/ssh_host_ed25519_key\n',
  )
  t.ok(existsSync(join(site.node1.folder, 'etc/NIXOS')))
  t.match(site.read('etc/bootwright/phone-home'), /^http:\/\/10\.77\.0\.1:8080\/phone-home\/\S+\n$/)
  t.equal(site.read('etc/nixos/hardware-configuration.nix'), '{ } # hardware\n')
  t.equal(site.read('etc/nixos/configuration.nix'), readFileSync(at('takeover.nix'), 'utf8'))
  const here = site.read('etc/nixos/here.nix')
  t.match(here, 'networking.hostName = "node1";')
  t.match(here, site.publicKey)
  if (!existsSync('/sys/firmware/efi')) t.match(here, 'grub.device = "/dev/vda";')
  await run(['nix-instantiate', '--parse', join(site.node1.folder, 'etc/nixos/here.nix')])
  t.equal(site.read('backups/boot/grub.cfg'), 'old\n')
  t.match(site.read('nix-log').trim().split('\n'), [
    'nix-channel --add https://nixos.org/channels/nixos-25.11 nixpkgs',
    'nix-channel --update',
    'nix-env -f <nixpkgs> -iA nixos-install-tools',
    /^nix-env -p \/nix\/var\/nix\/profiles\/system -f <nixpkgs\/nixos> .* -iA system$/,
    'switch boot, 1',
  ])

  await site.node1.bootSystem('init=/nix/store/x/init', site.publicKey)
  await site.until('installed', 60)
  t.match(await site.why(), 'the SSH of the installed system answers')
})

t.test('a boot loader that is not installed leaves the Debian as it was', { skip }, async t => {
  const site = await open(t)
  await run(['touch', join(site.node1.folder, 'bin/no-loader')])
  await site.ask()
  await site.told(/its boot loader could not be installed: the files of .boot are as they were/)
  await site.until('failed')
  t.match(await site.why(), 'it ended at: Handing over')
  t.equal(site.read('boot/grub.cfg'), 'old\n')
  for (const name of ['NIXOS', 'NIXOS_LUSTRATE']) {
    t.notOk(existsSync(join(site.node1.folder, 'etc', name)))
  }
})

t.test('another machine at the address is not touched', { skip }, async t => {
  const site = await open(t)
  await run([
    'ip',
    '-n',
    site.node1.peer.namespace,
    'link',
    'set',
    'eth0',
    'address',
    '52:54:00:77:00:99',
  ])
  await site.ask()
  await site.told(/another machine: no card of it is 52:54:00:77:00:20/)
  t.equal(await site.state(), 'pending')
  t.notOk(existsSync(join(site.node1.folder, 'etc/nixos')))
})

t.test('an install that is taken back goes no further', { skip }, async t => {
  const site = await open(t)
  writeFileSync(join(site.node1.folder, 'bin/wait'), '')
  await site.ask()
  await site.told(/### Building the system ###/)
  await site.daemon.cli(['cancel', 'node1'])
  rmSync(join(site.node1.folder, 'bin/wait'))
  await site.told(/takeover: this install is over/)
  t.equal(await site.state(), 'idle')
  t.notOk(existsSync(join(site.node1.folder, 'etc/NIXOS')))
  t.equal(site.read('boot/grub.cfg'), 'old\n')
})
