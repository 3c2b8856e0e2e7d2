/**
 * `npm run lab:deb`: the .deb in a bare Debian, where nothing else is installed: a machine is installed by it, an
 * upgrade keeps the database, a downgrade is refused, and a purge leaves only data.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import t from 'tap'
import { makeDeb } from '../../packaging/deb.ts'
import { addNode, makeTree } from '../../packaging/tree.ts'
import { fileTimeout } from '../patience.ts'
import { bareRootObstacle, makeBareRoot } from './bare-root.ts'
import { serverNetwork } from './config.ts'
import { createLab, type LabMachine } from './lab.ts'
import { readLines } from './lines.ts'
import type { Network } from './network.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) || (await bareRootObstacle())
t.setTimeout(fileTimeout(20))
const checkout = join(import.meta.dirname, '../..')
const mac = '52:54:00:12:34:9d'
const config = `
dataDir: /var/lib/bootwright
assets: /srv/bootwright
networks:
  lab:
    interface: br0
${serverNetwork}
profiles:
  lab:
    kernel: images/lab/linux
    initrd: [images/lab/initrd.gz]
    cmdline: >-
      console=ttyS0 quiet no_timer_check lab.image={{ server.url }}/assets/images/lab/disk.img.gz lab.end=poweroff
hosts:
  node1: { mac: "${mac}", address: 10.77.0.23, profile: lab }
`

/** The package of this checkout in two versions; returns their paths, the older first. */
function makePackages(folder: string): string[] {
  const tree = join(folder, 'tree')
  makeTree(checkout, tree, 1_700_000_000)
  addNode(checkout, tree)
  return ['0.0.8', '0.0.9'].map(version => {
    const copy = join(folder, version)
    cpSync(tree, copy, { recursive: true, verbatimSymlinks: true })
    const file = join(copy, 'package.json')
    const manifest = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...manifest, version }))
    const how = { root: checkout, tree: copy, version, arch: process.arch, seconds: 1_700_000_000 }
    return makeDeb({ ...how, folder: join(folder, 'deb'), quick: true })
  })
}

/** What is done inside the root: in the network, and with mounts that are gone with the command. */
function computerIn(root: string, network: Network) {
  const inside = (line: string) => [
    ...['unshare', '--mount', 'sh', '-ec'],
    `mount -t proc proc ${root}/proc; mount --rbind /dev ${root}/dev; mount --rbind /sys ${root}/sys
     exec chroot ${root} env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root sh -c "$1"`,
    ...['sh', line],
  ]
  return {
    type: (line: string) => network.attempt(inside(line)),
    /** The daemon, as its unit runs it; resolves when it is ready, to what ends it. */
    async serve() {
      const caps = '+net_bind_service'
      const as = `--reuid=bootwright --regid=bootwright --clear-groups --inh-caps=${caps} --ambient-caps=${caps}`
      const command = `exec setpriv ${as} bootwright serve --config /etc/bootwright/config.yaml`
      const child = network.start(inside(command))
      const lines: string[] = []
      for (const stream of [child.stdout, child.stderr]) readLines(stream, line => lines.push(line))
      await waitUntil('the daemon being ready', 60, async () => {
        if (child.exitCode !== null) throw new Error(`it ended: ${lines.join('\n')}`)
        return lines.some(line => line.includes('"msg":"ready"')) || undefined
      })
      return async () => {
        const ended = new Promise(resolve => child.once('close', resolve))
        child.kill('SIGTERM')
        await ended
      }
    },
  }
}

/** From an empty disk until it is off, and then from its disk. */
async function installs(machine: LabMachine): Promise<void> {
  const installing = machine.powerOn()
  await installing.serial.waitFor(/lab: told done/, 240)
  await installing.exited
  const installed = machine.powerOn()
  await installed.serial.waitFor(/lab: BOOTED FROM DISK/, 180)
  await installed.powerOff()
}

t.test(
  'installed, a machine installed by it, upgraded, not downgraded, purged',
  { skip },
  async t => {
    const folder = mkdtempSync(join(tmpdir(), 'bootwright-deb-'))
    t.teardown(() => rmSync(folder, { recursive: true, force: true }))
    const root = join(folder, 'root')
    await makeBareRoot(root, ['adduser', 'iproute2'])
    const [older = '', newer = ''] = makePackages(folder)
    for (const file of [older, newer]) copyFileSync(file, join(root, 'srv', basename(file)))
    const lab = await createLab({ biosOnly: true })
    t.teardown(() => lab.remove())
    const { type, serve } = computerIn(root, lab.network)
    const has = (path: string) => existsSync(join(root, path))
    const install = (file: string) =>
      type(`DEBIAN_FRONTEND=noninteractive dpkg -i /srv/${basename(file)}`)

    const first = await install(older)
    t.equal(first.code, 0, first.stderr)
    t.match(first.stdout, 'bootwright: nothing is started; next: bootwright init --config /etc/')
    mkdirSync(join(root, 'srv/bootwright'), { recursive: true })
    cpSync(join(lab.folder, 'assets/images'), join(root, 'srv/bootwright/images'), {
      recursive: true,
    })
    writeFileSync(join(root, 'etc/bootwright/config.yaml'), config)
    await type('install -d -o bootwright -g bootwright -m 750 /var/lib/bootwright')
    const bootwright = (words: string) =>
      type(`bootwright ${words} --token-file /var/lib/bootwright/admin-token`)
    const stop = await serve()
    t.match(await bootwright('install node1 --yes'), { code: 0 })
    await installs(await lab.addMachine({ firmware: 'bios', mac }))
    t.match(JSON.parse((await bootwright('show node1 --json')).stdout), {
      host: { state: 'installed', attempt: 1 },
    })
    await stop()

    t.match(await install(newer), { code: 0 })
    t.match((await type('bootwright version')).stdout, '0.0.9')
    const stopNewer = await serve()
    t.match((await bootwright('events node1')).stdout, /an install|asked/, 'the database is kept')
    await stopNewer()
    const back = await install(older)
    t.not(back.code, 0)
    t.match(
      back.stderr,
      /bootwright: 0\.0\.8 is older than 0\.0\.9, which may have changed the database/,
    )
    t.match((await type('bootwright version')).stdout, '0.0.9', 'what was there still is')

    const purge = await type('dpkg --purge bootwright')
    t.equal(purge.code, 0, purge.stderr)
    t.match(purge.stdout, 'your data is left alone; it is in /etc/bootwright /var/lib/bootwright')
    const traces = await type('find / -xdev -name "*bootwright*" -not -path "/proc/*"')
    // The last is what commands keep for their user: no package goes into homes.
    const data = ['/etc/bootwright', '/var/lib/bootwright', '/srv/', '/root/.cache/']
    const others = traces.stdout
      .trim()
      .split('\n')
      .filter(path => !data.some(one => path.startsWith(one)))
    t.strictSame(others, [], 'nothing else is left')
    t.ok(has('var/lib/bootwright/bootwright.db'))
  },
)
