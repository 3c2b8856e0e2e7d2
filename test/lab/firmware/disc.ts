import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../../patience.ts'
import { run } from '../command.ts'
import { labConfig, serverNetwork } from '../config.ts'
import { showWhenFailed } from '../daemon.ts'
import { createLab, type Lab } from '../lab.ts'
import type { MachineSettings } from '../machine.ts'
import { labObstacle } from '../packages.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(30))

const config = `serial --unit=0
terminal_output serial
echo 'lab: GRUB of the disc'
linux /linux console=ttyS0 quiet no_timer_check lab.do=ready-only lab.end=poweroff
initrd /initrd.gz
boot
`

/** A disc for BIOS and UEFI, with the lab's kernel. */
async function writeDisc({ folder }: Lab): Promise<void> {
  const images = join(folder, 'assets/images/lab')
  const tree = join(folder, 'work/disc')
  mkdirSync(join(tree, 'boot/grub'), { recursive: true })
  writeFileSync(join(tree, 'boot/grub/grub.cfg'), config)
  const files = ['linux', 'initrd.gz'].map(name => `${name}=${join(images, name)}`)
  await run(['grub-mkrescue', '-o', join(images, 'disc.iso'), tree, ...files])
}

const ways: readonly (readonly [string, Omit<MachineSettings, 'disk' | 'tap'>, RegExp])[] = [
  [
    'BIOS, sanboot of iPXE',
    { firmware: 'bios', mac: '52:54:00:12:34:78' },
    /script: node1 boots disc/,
  ],
  [
    'UEFI x64, sanboot of iPXE',
    { firmware: 'uefi', mac: '52:54:00:12:34:78' },
    /script: node1 boots disc/,
  ],
  [
    'UEFI x64 by HTTP Boot, from memory',
    { firmware: 'uefi', mac: '52:54:00:12:34:78', netboots: 'ipv4-http', mebibytes: 1024 },
    /DISCOVER \(http-firmware, x64-efi\)/,
  ],
]

for (const [name, settings, line] of ways) {
  t.test(`a disc: ${name}`, { skip }, async t => {
    const lab = await createLab()
    t.teardown(() => lab.remove())
    await writeDisc(lab)
    const { mac } = settings
    const disc = '\n  disc: { iso: images/lab/disc.iso, boot: once }'
    const text = labConfig(lab, { network: serverNetwork, mac, host: 'tags: [disc]' })
      .replace('profile: lab, tags', 'profile: disc, tags')
      .replace('\nprofiles:', `\nprofiles:${disc}`)
    const daemon = await lab.startDaemon(text)
    showWhenFailed(t, daemon, 'node1')
    const asked = await daemon.cli(['install', 'node1', '--yes'])
    t.equal(asked.code, 0, asked.stderr)
    const { serial, exited, powerOff } = (await lab.addMachine(settings)).powerOn()
    t.teardown(powerOff)
    await serial.waitFor(/lab: GRUB of the disc/, 300)
    await serial.waitFor(/lab: installer is up/, 300)
    await exited
    const { stdout } = await daemon.cli(['events', 'node1'])
    t.match(stdout, line)
    t.match((await daemon.api('/api/v1/hosts/node1')).body.host, { state: 'installed', attempt: 1 })
  })
}
