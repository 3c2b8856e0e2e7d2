import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { createSigner, sha256 } from '../pull/publisher.ts'
import { attempt } from './command.ts'
import { type EventRow, main, showWhenFailed, startDaemon } from './daemon.ts'
import { makeEmptyDisk } from './disk.ts'
import { startIpv6Router } from './ipv6-router.ts'
import { powerOn } from './machine.ts'
import { createNetwork, type Network } from './network.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(6))

const mac = '52:54:00:12:34:8a'
const installer = '/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64'

/** A mirror of Debian at port 8090 with the files of its installer's package, signed by a key of the test. */
async function startMirror(t: Test, network: Network, folder: string): Promise<string[]> {
  const signer = createSigner(t)
  const suite = join(folder, 'mirror/dists/trixie')
  const images = 'main/installer-amd64/current/images'
  const netboot = 'netboot/debian-installer/amd64'
  mkdirSync(join(suite, images, netboot), { recursive: true })
  const lines = ['linux', 'initrd.gz'].map(name => {
    copyFileSync(join(installer, name), join(suite, images, netboot, name))
    return `${sha256(readFileSync(join(installer, name)))}  ./${netboot}/${name}\n`
  })
  const sums = lines.join('')
  writeFileSync(join(suite, images, 'SHA256SUMS'), sums)
  const list = `Suite: stable\nSHA256:\n ${sha256(sums)} ${sums.length} ${images}/SHA256SUMS\n`
  writeFileSync(join(suite, 'InRelease'), signer.clear(list))
  const text = readFileSync(join(dirname(main), '../config/catalogue.yaml'), 'utf8')
  const own = text.replaceAll('/usr/share/keyrings/debian-archive-keyring.gpg', signer.keyring)
  writeFileSync(join(folder, 'catalogue.yaml'), own)
  network.start(['busybox', 'httpd', '-f', '-p', '127.0.0.1:8090', '-h', join(folder, 'mirror')])
  const url = 'http://127.0.0.1:8090'
  await waitUntil('the mirror', 20, async () => {
    const { code } = await network.attempt(['curl', '-sf', `${url}/dists/trixie/InRelease`])
    return code === 0 || undefined
  })
  return ['--mirror', url, '--catalogue', join(folder, 'catalogue.yaml')]
}

/** The words behind `bootwright COMMAND` in what a command said. */
function nextOf(said: string, command: string): string[] {
  const [, words = ''] = new RegExp(`bootwright (${command} [^\\n#]*)`).exec(said) ?? []
  return words.trim().split(/\s+/)
}

t.test('init, pull, adopt, install, each as the one before said it', { skip }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-hour-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  await startIpv6Router(network, folder)
  const bootwright = (words: readonly string[]) => {
    const home = ['env', `--chdir=${folder}`, `HOME=${folder}`]
    const inside = ['ip', 'netns', 'exec', network.namespace, ...home]
    return attempt([...inside, process.execPath, main, ...words])
  }
  const mirror = await startMirror(t, network, folder)

  const init = await bootwright(['init', '--yes', '--mode', 'server'])
  t.equal(init.code, 0, init.stderr)
  const tokenFile = join(folder, 'data/admin-token')
  const token = readFileSync(tokenFile, 'utf8').trim()
  const config = join(folder, 'bootwright.yaml')
  const daemon = await startDaemon(network, { config, tokenFile, token })
  showWhenFailed(t, daemon, 'node1')

  const pull = await bootwright([...nextOf(init.stdout, 'pull'), ...mirror])
  t.equal(pull.code, 0, pull.stderr)
  const own: Readonly<Record<string, string>> = {
    MAC: mac,
    NAME: 'node1',
    'disk=/dev/sda': 'disk=/dev/vda',
    'sshKey="SSHKEY"': 'sshKey=ssh-ed25519 AAAA me',
  }
  const adopt = await bootwright(nextOf(pull.stdout, 'adopt').map(word => own[word] ?? word))
  t.equal(adopt.code, 0, adopt.stderr)
  const install = nextOf(adopt.stdout, 'install').filter(word => word !== '--wait')
  t.match(await bootwright(install), { code: 0 })

  const disk = join(folder, 'node1.raw')
  makeEmptyDisk(disk)
  const tap = await network.addTap()
  const machine = powerOn(network, { firmware: 'bios', mac, disk, tap, mebibytes: 1024 })
  t.teardown(() => machine.powerOff())
  // From here on it is as in debian-installer.long.ts.
  await waitUntil('the installer of Debian', 150, async () => {
    const { body } = await daemon.api('/api/v1/events?host=node1')
    return body.events.some(({ text }: EventRow) => /initrd\.gz sent/.test(text)) || undefined
  })
  await machine.powerOff()
  t.match(await bootwright(['forget', 'node1']), { code: 0 })
  t.equal((await daemon.api('/api/v1/hosts/node1')).status, 404)
  t.equal(await daemon.kill('SIGTERM'), 0)
})
