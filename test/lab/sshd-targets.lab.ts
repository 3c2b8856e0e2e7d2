import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { run } from './command.ts'
import { labObstacle } from './packages.ts'
import { addSshdMachine, isUntouched } from './sshd-machine.ts'
import { openSite, type Setting, type Site } from './sshd-site.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(5))

/** The media hold the key of the owner. */
const own = (more = '') => `
profiles:
  p: { nixos: nixos, phoneHome: ssh, login: own, identityFile: ./key, deploy: by-hand ${more} }
callbacks:
  by-hand: { ssh: { script: ./install.sh, env: { DISK: "{{ host.vars.disk }}" } } }
`
const wipe = '#!/bin/sh\necho wiped > "$DISK"\n'

async function open(
  t: Test,
  config = own(),
  setting: Setting = {},
): Promise<Site & { publicKey: string }> {
  const site = await openSite(t, config, setting)
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(site.folder, 'key')])
  site.write('install.sh', wipe)
  return { ...site, publicKey: readFileSync(join(site.folder, 'key.pub'), 'utf8').trim() }
}

t.test('the installer of the media lets the owner in', { skip }, async t => {
  const site = await open(t)
  await site.ask()
  const { cmdline } = await site.node1.fetchScript()
  t.notMatch(cmdline, 'passwordHash')
  await site.node1.bootSystem(cmdline, site.publicKey)
  await site.until('installed')
  t.equal(readFileSync(site.node1.disk, 'utf8'), 'wiped\n')
})

t.test(
  'the old system of the same disk answers, with the same key: untouched',
  { skip },
  async t => {
    const site = await open(t)
    await site.ask()
    await site.node1.fetchScript()
    await site.node1.bootSystem('root=/dev/vda1 quiet', site.publicKey)
    await site.told(/^10\.77\.0\.20 is not our installer: its command line does not carry/)
    await site.node1.bootSystem('bootwright=http://10.77.0.1:8080/phone-home/old', site.publicKey)
    await site.told(/^10\.77\.0\.20 runs another boot of ours/)
    t.equal(await site.state(), 'booting')
    t.ok(isUntouched(site.node1))
    const told = await site.timeline('ssh')
    t.equal(new Set(told).size, told.length, 'each reason is told once')
  },
)

t.test(
  'another machine at the address, with the same key and command line: untouched',
  { skip },
  async t => {
    const site = await open(t)
    await site.ask()
    const { cmdline } = await site.node1.fetchScript()
    await site.node1.off()
    // It has taken the address; the host's own card is gone.
    await run([
      'ip',
      'netns',
      'exec',
      site.node1.peer.namespace,
      'ip',
      'link',
      'set',
      'eth0',
      'down',
    ])
    const thief = await addSshdMachine(site.network, '10.77.0.20')
    await thief.bootSystem(cmdline, site.publicKey)
    await site.network.run(['ip', 'neigh', 'flush', 'all'])
    await site.told(/^10\.77\.0\.20 is another machine: it has .*, and none is of node1/)
    t.equal(await site.state(), 'booting')
    t.ok(isUntouched(site.node1))
  },
)

t.test('our own SSH server answers at the address: it is never entered', { skip }, async t => {
  const site = await open(t, own(), { apart: true })
  await site.ask()
  const { cmdline } = await site.node1.fetchScript()
  await site.node1.off()
  await run(['ip', 'netns', 'exec', site.node1.peer.namespace, 'ip', 'link', 'set', 'eth0', 'down'])
  await site.network.run(['ip', 'address', 'add', '10.77.0.20/24', 'dev', 'br0'])
  site.write('cmdline', `${cmdline}\n`)
  const sshd = join(site.folder, 'own-sshd')
  site.write('authorized_keys', `${site.publicKey}\n`)
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${sshd}.key`])
  site.write(
    'own-sshd',
    `HostKey ${sshd}.key\nAuthorizedKeysFile ${site.folder}/authorized_keys\nPidFile none\nStrictModes no\nPermitRootLogin yes\n`,
  )
  const boot = `mount --bind ${site.folder}/cmdline /proc/cmdline; mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e -f ${sshd}`
  site.network.start(['unshare', '--mount', 'sh', '-c', boot])
  await site.told(/^10\.77\.0\.20 is never entered: it is an address of ours/)
  t.equal(await site.state(), 'booting')
  t.ok(isUntouched(site.node1))
})

t.test('not what is expected: untouched, and it says what differs', { skip }, async t => {
  const site = await open(t, own(', expect: { disk: { model: LAB, size: 40GB } }'))
  await site.ask()
  const { cmdline } = await site.node1.fetchScript()
  await site.node1.bootSystem(cmdline, site.publicKey)
  await site.until('failed')
  t.match(
    await site.why(),
    'it is not what the config expects: no disk is LAB, 40.0 GB: it has /dev/vda, LAB DISK, serial D-1, 20.5 GB',
  )
  t.ok(isUntouched(site.node1))
})

t.test('a wrong key, and another host key than the one that was injected', { skip }, async t => {
  const site = await open(t, own().replace('login: own, identityFile: ./key', 'login: key'))
  await site.ask()
  const { cmdline } = await site.node1.fetchScript()
  await site.node1.bootSystem(cmdline, site.publicKey)
  await site.told(/^10\.77\.0\.20 shows another host key than the installer of this attempt/)
  t.equal(await site.state(), 'booting')
})

t.test('installed only when SSH of another boot answers', { skip }, async t => {
  const site = await open(t, own(', verify: { ssh: 10m }'))
  await site.ask()
  const { cmdline } = await site.node1.fetchScript()
  await site.node1.bootSystem(cmdline, site.publicKey)
  await site.until('verifying')
  await site.told(/^10\.77\.0\.20 still runs the installer/)
  t.equal(await site.state(), 'verifying')
  await site.node1.bootSystem('root=/dev/vda1', site.publicKey)
  await site.until('installed')
  t.match(await site.why(), 'the SSH of the installed system answers')
})

t.test('without a key of the owner the host key tells it', { skip }, async t => {
  const config = own(', verify: { ssh: 10m }').replace('own, identityFile: ./key', 'password')
  const site = await open(t, config)
  await site.boot()
  await site.until('verifying')
  await site.told(/^10\.77\.0\.20 still shows the host key of the installer/)
  await site.node1.bootSystem('root=/dev/vda1')
  await site.until('installed')
})

t.test('an installed system that never comes back has failed', { skip }, async t => {
  const site = await open(t, own(', verify: { ssh: 12s }'))
  await site.ask()
  const { cmdline } = await site.node1.fetchScript()
  await site.node1.bootSystem(cmdline, site.publicKey)
  await site.until('verifying')
  await site.node1.off()
  await site.until('failed')
  t.match(await site.why(), 'never came back: no SSH from the installed system')
})

t.test('beside another DHCP server its installer takes another address', { skip }, async t => {
  const site = await open(t, own(), { mode: 'proxy' })
  const other = await site.network.addPeer('10.77.0.2')
  const dnsmasq = ['dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--port=0']
  other.start([...dnsmasq, '--interface=eth0', '--dhcp-range=10.77.0.200,10.77.0.210'])
  await site.ask()
  const { cmdline } = await site.node1.fetchScript()
  const address = await site.node1.takeAddress()
  t.match(address, /^10\.77\.0\.2\d\d$/)
  await site.network.run(['ip', 'neigh', 'flush', 'all'])
  await site.node1.bootSystem(cmdline, site.publicKey)
  await site.until('installed')
  await site.told(new RegExp(`^${address} has proved itself`), 1)
})
