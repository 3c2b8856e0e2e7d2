import { copyFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import { type EventRow, showWhenFailed } from './daemon.ts'
import { createLab, type Lab } from './lab.ts'
import { labObstacle } from './packages.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))
const mac = '52:54:00:12:34:5e'

t.test('boot media of NixOS', { skip: obstacle ?? false }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  for (const build of ['a', 'b']) writeBuild(lab, build)
  point(lab, 'a')
  const settings = { network: serverNetwork, mac, address: '10.77.0.24' }
  const config = labConfig(lab, settings)
    .replace('kernel: images/lab/linux', 'nixos: ../result')
    .replace('console=ttyS0 quiet', 'console=ttyS0')
    .replace(/^.*initrd: .*\n/m, '')
  const daemon = await lab.startDaemon(config)
  showWhenFailed(t, daemon, 'node1')

  await t.test('a rebuild while it boots: all of it is of the old build', async t => {
    // The moment between the script and the kernel.
    daemon.onLog(({ msg = '' }) => {
      if (/^script: node1 installs/.test(msg)) point(lab, 'b')
    })
    t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
    const machine = await lab.addMachine({ firmware: 'bios', mac })
    const { serial, exited } = machine.powerOn()
    const [line] = await serial.waitFor(/Command line: .*\n/, 120)
    t.match(line, 'init=/nix/store/a/init lab.build=a ')
    await serial.waitFor(/lab: told done/, 120)
    await exited
    const { body } = await daemon.api('/api/v1/events?host=node1&after=0')
    const urls: string[] = body.events
      .filter(({ kind, data }: EventRow) => kind === 'asset' && data?.url?.includes('@'))
      .map(({ data }: EventRow) => data?.url)
    t.equal(urls.length, 2, 'the kernel and the initrd')
    t.equal(new Set(urls.map(url => url.replace(/[^/]+$/, ''))).size, 1, 'of one build')
  })

  await t.test('its netboot.ipxe as it came, chained by another iPXE', async t => {
    const { images } = JSON.parse((await daemon.cli(['images', '--json'])).stdout)
    const { script, init } = images.find(({ form }: { form: string }) => form === 'nixos')
    t.equal(init, '/nix/store/b/init')
    const chain = join(lab.folder, 'chain.ipxe')
    writeFileSync(chain, `#!ipxe\ndhcp\nchain http://10.77.0.1:8080${script}\n`)
    const ipxe = ['-kernel', '/usr/lib/ipxe/ipxe.lkrn', '-initrd', chain]
    const other = '52:54:00:12:34:5f'
    const machine = await lab.addMachine({ firmware: 'bios', mac: other, extra: ipxe })
    const { serial, powerOff } = machine.powerOn()
    await serial.waitFor(/Command line: .*init=\/nix\/store\/b\/init .*lab\.build=b/, 120)
    await serial.waitFor(/lab: installer is up/, 120)
    await powerOff()
  })
})

/** A folder as nix-build leaves it; its system is the lab's own. */
function writeBuild(lab: Lab, build: string): void {
  const folder = join(lab.folder, `build-${build}`)
  mkdirSync(folder)
  const images = join(lab.folder, 'assets/images/lab')
  copyFileSync(join(images, 'linux'), join(folder, 'bzImage'))
  copyFileSync(join(images, 'initrd.gz'), join(folder, 'initrd'))
  const args = `init=/nix/store/${build}/init initrd=initrd lab.build=${build} console=ttyS0 no_timer_check \${cmdline}`
  writeFileSync(
    join(folder, 'netboot.ipxe'),
    `#!ipxe\nkernel bzImage ${args}\ninitrd initrd\nboot\n`,
  )
}

function point(lab: Lab, build: string): void {
  symlinkSync(`build-${build}`, join(lab.folder, 'next'))
  renameSync(join(lab.folder, 'next'), join(lab.folder, 'result'))
}
