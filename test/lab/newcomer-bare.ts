/**
 * `npm run newcomer`: every command of README and docs/ in a bare Debian, where nothing is installed but what they
 * install, by a user who is not root; without those for containers, BMCs and NixOS' own tools. Some twenty minutes,
 * and packages come over the network: `npm test` leaves it out, and walks README over the packages of
 * this computer, docs/first-boot.md when it changed.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { bareRootObstacle, makeBareRoot } from './bare-root.ts'
import { run } from './command.ts'
import { stepsOf } from './document.ts'
import { layerObstacle } from './newcomer.ts'
import { follow, startPlug, startWalk, type Walk } from './newcomer-walk.ts'
import { labObstacle } from './packages.ts'

const skip = (await labObstacle()) || (await layerObstacle()) || (await bareRootObstacle())
t.setTimeout(fileTimeout(60))
const root = mkdtempSync(join(tmpdir(), 'bootwright-bare-'))
t.teardown(() => rmSync(root, { recursive: true, force: true }))
if (skip === false) await makeRoot()

/** Debian's smallest root, and what one that was installed has besides: whom to trust, how one becomes root. */
async function makeRoot(): Promise<void> {
  await makeBareRoot(root, ['ca-certificates', 'iproute2', 'sudo'])
  // Whom this computer trusts.
  const trust = 'etc/ssl/certs/ca-certificates.crt'
  cpSync(join('/', trust), join(root, trust))
  // Its user says yes.
  writeFileSync(join(root, 'etc/apt/apt.conf.d/99yes'), 'APT::Get::Assume-Yes "true";\n')
  const keep = 'Defaults env_keep += "NODE_EXTRA_CA_CERTS DEBIAN_FRONTEND"\n'
  writeFileSync(join(root, 'etc/sudoers.d/newcomer'), `${keep}newcomer ALL=(ALL) NOPASSWD: ALL\n`)
  await run(['chroot', root, 'useradd', '--uid=1000', '--shell=/bin/bash', 'newcomer'])
  await run(['chroot', root, 'apt-get', 'update'])
}

t.test('README', { skip }, async t => {
  const walk = await startWalk(t, 'config/lan.yaml', root)
  await follow(walk, stepsOf('README.md', '## First boot'))
  t.ok(walk.running.length > 0, 'the daemon was started')
})

t.test('the documents of a checkout, one after another', { skip }, async t => {
  const walk = await startWalk(t, 'config/lan.yaml', root)
  await follow(walk, stepsOf('docs/first-boot.md', '# First boot on a LAN'))
  await follow(walk, stepsOf('docs/installers.md', '# Installers'))
  await follow(walk, stepsOf('docs/api.md', '# Phone home, HTTP and the API'))
  const { stdout } = await walk.computer.type('npx bootwright events node1', 'lan')
  for (const words of [/phone-home +ready/, /progress 40 %: copying/, /done/])
    t.match(stdout, words, 'what was said at the machine has arrived')
  await follow(walk, stepsOf('docs/nixos.md', '# NixOS'))
})

t.test('the documents of a service, one after another', { skip }, async t => {
  const walk = await startWalk(t, '/etc/bootwright/config.yaml', root)
  const read = async (...where: Parameters<typeof stepsOf>) => {
    // A new terminal.
    await walk.computer.type('cd', 'lan')
    await follow(walk, stepsOf(...where))
  }
  await read('docs/operations.md', '# Keep it running')
  t.ok(walk.computer.has('/var/backups/bootwright/bootwright.db'), 'the backup is one')
  await startPlug(walk.network, ['10.77.1.21', '10.77.1.22'])
  // What comes after needs BMCs, or virtual machines of the reader's.
  await read('docs/power.md', '# Power', '## BMCs: `redfish`')
  await read('docs/troubleshooting.md', '# Why a machine does not boot')
  await read('docs/commands.md', '# Commands')
  await read('docs/networks.md', '# Networks')
})

/** It leaves what is the operator's, and nothing else. */
async function removeDeb({ t, computer }: Walk): Promise<void> {
  const data = ['/etc/bootwright', '/var/lib/bootwright', '/srv/bootwright']
  t.match(await computer.type('sudo systemctl stop bootwright', 'lan'), { code: 0 })
  const { stdout } = await computer.type('sudo apt purge bootwright', 'internet')
  t.match(stdout, `bootwright: your data is left alone; it is in ${data.join(' ')}`)
  for (const path of data) t.ok(computer.has(path), path)
  for (const path of ['/usr/lib/bootwright', '/usr/bin/bootwright', '/var/cache/bootwright'])
    t.notOk(computer.has(path), path)
  t.match(await computer.type(`sudo rm -r ${data.join(' ')}`, 'lan'), { code: 0 })
}

t.test('docs/install.md', { skip }, async t => {
  const walk = await startWalk(t, '/etc/bootwright/config.yaml', root)
  await follow(walk, stepsOf('docs/install.md', '# Install it', '## Debian and Ubuntu'))
  await follow(walk, stepsOf('docs/install.md', '## Debian and Ubuntu', '## With Node: npm'))
  await removeDeb(walk)
  // The other way in wants a Node 24, which Debian 12 has not.
  await follow(walk, stepsOf('docs/install.md', '## Without Node: the tarball'))
})
