import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { startBmc } from '../power/redfish-service.ts'
import { labConfig } from './config.ts'
import { type Daemon, showWhenFailed } from './daemon.ts'
import type { Firmware } from './firmware.ts'
import { createLab, type Lab, type LabMachine } from './lab.ts'
import type { Machine } from './machine.ts'
import { labObstacle } from './packages.ts'
import { reachInside } from './powered.ts'

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

const port = 9443

t.test(
  'machines that cannot netboot, where there is no DHCP, are installed from a medium',
  { skip: obstacle ?? false },
  async t => {
    const lab = await createLab({ ipv6Router: false })
    t.teardown(() => lab.remove())
    // Its bridge has no carrier before anybody is on it.
    await lab.network.addPeer('10.77.0.99')
    writeFileSync(join(lab.folder, 'bmc-password'), 'secret\n', { mode: 0o600 })
    const power = 'power: { by: bmc, address: 127.0.0.1 }'
    const daemon = await lab.startDaemon(
      labConfig(lab, {
        network: '    mode: none',
        mac: bios.mac,
        cmdline: 'lab.address={{ host.vars.own }}/24',
        host: `vars: { own: ${bios.address} }, ${power}`,
        hosts: `  ${uefi.name}: { mac: "${uefi.mac}", profile: lab, vars: { own: ${uefi.address} } }`,
        more: `power: { bmc: { redfish: { user: admin, passwordFile: bmc-password, port: ${port} } } }`,
      }),
    )
    showWhenFailed(t, daemon)
    const add = (mac: string, firmware: Firmware) =>
      lab.addMachine({ firmware, mac, diskOnly: true })
    const [one, two] = [await add(bios.mac, 'bios'), await add(uefi.mac, 'uefi')]
    const given = await bmcOf(t, lab, one)
    await Promise.all([
      follow(t, { lab, daemon, ...bios }, one, ['--by', 'media'], () => given.on, stick),
      follow(
        t,
        { lab, daemon, ...uefi },
        two,
        [],
        async file => two.powerOn({ extra: stick(file) }),
        cd,
      ),
    ])
    t.equal(given.disc.inserted, false, 'its image was taken out')
    const { events } = (await daemon.api('/api/v1/events?host=node1&limit=500')).body
    const texts = events.map(({ text }: { text: string }) => text)
    t.ok(texts.includes('switched on to boot from the image in its drive, for attempt 1 (bmc)'))
    t.ok(texts.includes('the image is taken out of its drive (bmc)'))
  },
)

/** A BMC that fetches the image that it is given, and a machine that is switched on with it in its drive. */
async function bmcOf(t: Test, lab: Lab, computer: LabMachine) {
  const { promise: on, resolve, reject } = Promise.withResolvers<Machine>()
  const { port: outside, machine } = await startBmc(t, {
    switched(reset, { boot, disc }) {
      if (reset !== 'On') return
      t.match(boot, { BootSourceOverrideTarget: 'Cd', BootSourceOverrideEnabled: 'Once' })
      t.match(disc.image, /^http:\/\/10\.77\.0\.1:8080\/assets\/media\/node1\.iso$/)
      const file = join(lab.folder, 'given.iso')
      lab.network
        .run(['curl', '-sSf', '-o', file, disc.image ?? ''])
        .then(() => resolve(computer.powerOn({ extra: cd(file) })), reject)
    },
  })
  await reachInside(t, lab, port, outside)
  return { on, disc: machine.disc }
}

interface Cast {
  readonly lab: Lab
  readonly daemon: Daemon
  readonly name: string
  readonly address: string
}

/** Asks for its install, which its medium begins in one way, and lets it boot its disk with the medium in another. */
async function follow(
  t: Test,
  { lab, daemon, name, address }: Cast,
  machine: LabMachine,
  how: readonly string[],
  first: (file: string) => Promise<Machine>,
  then: typeof cd,
): Promise<void> {
  const file = join(lab.folder, 'assets/media', `${name}.iso`)
  mkdirSync(dirname(file), { recursive: true })
  const config = join(lab.folder, 'config.yaml')
  const words = ['--server', 'http://10.77.0.1:8080', '--config', config, '--host', name]
  words.push('--address', `${address}/24`)
  const made = await lab.network.attempt([process.execPath, 'src/main.ts', 'media', file, ...words])
  t.equal(made.code, 0, made.stderr)
  t.ok(existsSync(file))
  const asked = await daemon.cli(['install', name, ...how, '--yes'])
  t.equal(asked.code, 0, asked.stderr)

  const { serial, exited } = await first(file)
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
