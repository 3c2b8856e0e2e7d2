import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig } from './config.ts'
import type { Daemon } from './daemon.ts'
import type { Firmware } from './firmware.ts'
import { createLab, type Lab, type LabMachine } from './lab.ts'
import { labObstacle } from './packages.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))

const bios = { name: 'node1', mac: '52:54:00:12:34:71', address: '10.77.0.21' }
const uefi = { name: 'node2', mac: '52:54:00:12:34:72', address: '10.77.0.22' }

/** An image in the drive, which the firmware tries before the disk. */
const cd = (file: string) => [
  ...['-drive', `if=none,id=medium,media=cdrom,readonly=on,format=raw,file=${file}`],
  ...['-device', 'ide-cd,drive=medium,bootindex=1'],
]
const stick = (file: string) => [
  ...['-drive', `if=none,id=medium,readonly=on,format=raw,file=${file}`],
  ...['-device', 'qemu-xhci', '-device', 'usb-storage,drive=medium,bootindex=1'],
]

t.test(
  'machines that cannot netboot, where there is no DHCP, are installed from a medium',
  { skip: obstacle ?? false },
  async t => {
    const lab = await createLab({ ipv6Router: false })
    t.teardown(() => lab.remove())
    const daemon = await lab.startDaemon(
      labConfig(lab, {
        network: '    mode: none',
        mac: bios.mac,
        cmdline: 'lab.address={{ host.vars.own }}/24',
        host: `vars: { own: ${bios.address} }`,
        hosts: `  ${uefi.name}: { mac: "${uefi.mac}", profile: lab, vars: { own: ${uefi.address} } }`,
      }),
    )
    t.teardown(async () => t.comment((await daemon.cli(['events'])).stdout))
    t.equal((await daemon.cli(['install', bios.name, uefi.name, '--yes'])).code, 0)
    const add = (mac: string, firmware: Firmware) =>
      lab.addMachine({ firmware, mac, diskOnly: true })
    await Promise.all([
      follow(t, { lab, daemon, ...bios }, await add(bios.mac, 'bios'), cd, stick),
      follow(t, { lab, daemon, ...uefi }, await add(uefi.mac, 'uefi'), stick, cd),
    ])
  },
)

interface Cast {
  readonly lab: Lab
  readonly daemon: Daemon
  readonly name: string
  readonly address: string
}

/** Installs it with its medium in one way, and lets it boot its disk with the medium in another. */
async function follow(
  t: Test,
  { lab, daemon, name, address }: Cast,
  machine: LabMachine,
  first: typeof cd,
  then: typeof cd,
): Promise<void> {
  const file = join(lab.folder, `${name}.iso`)
  const config = join(lab.folder, 'config.yaml')
  // Its bridge has no carrier before the first machine is on.
  const words = ['--server', 'http://10.77.0.1:8080', '--config', config, '--host', name]
  words.push('--address', `${address}/24`)
  const made = await lab.network.attempt([process.execPath, 'src/main.ts', 'media', file, ...words])
  t.equal(made.code, 0, made.stderr)
  t.ok(existsSync(file))

  const { serial, exited } = machine.powerOn({ extra: first(file) })
  await serial.waitFor(/lab: installer is up/, 180)
  await serial.waitFor(/lab: answer file: answers for node/, 60)
  await serial.waitFor(/lab: told done/, 120)
  await exited
  const { body } = await daemon.api(`/api/v1/hosts/${name}`)
  t.match(body.host, { state: 'installed', attempt: 1 })

  const again = machine.powerOn({ extra: then(file) })
  await again.serial.waitFor(/lab: BOOTED FROM DISK/, 180)
  await again.powerOff()
  t.match((await daemon.api(`/api/v1/hosts/${name}`)).body, {
    host: { state: 'installed', attempt: 1 },
    installs: { length: 1 },
  })
}
