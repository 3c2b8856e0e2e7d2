import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { ipmiOf, powered, redfishOf } from './powered.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(10))

const macs = ['52:54:00:12:34:61', '52:54:00:12:34:62'] as const
const ports = { ipmi: 9623, redfish: 9443 }
const host = (way: string) => `power: { by: ${way}, address: 127.0.0.1 }, verify: { up: 10m }`
const settings = {
  network: serverNetwork,
  mac: macs[0],
  host: `${host('old')}, console: sol`,
  hosts: `  node2: { mac: "${macs[1]}", profile: lab, arch: x64-efi, ${host('modern')} }`,
  cmdline: 'lab.up=1 lab.end=reboot',
  more: `consoles: { sol: { ipmi: { user: admin, passwordFile: bmc-password, port: ${ports.ipmi}, cipher: 3 } } }
power:
  old: { ipmi: { user: admin, passwordFile: bmc-password, port: ${ports.ipmi} } }
  modern: { redfish: { user: admin, passwordFile: bmc-password, port: ${ports.redfish} } }
`,
}

t.test(
  'machines that are off, one with BIOS and one with UEFI, are installed by one command',
  { skip: obstacle ?? false },
  async t => {
    const lab = await createLab()
    t.teardown(() => lab.remove())
    const [one, two] = [
      powered(t, await lab.addMachine({ firmware: 'bios', mac: macs[0] })),
      powered(t, await lab.addMachine({ firmware: 'uefi', mac: macs[1] })),
    ]
    const { asked } = await ipmiOf(t, lab, ports.ipmi, one)
    const { changes } = await redfishOf(t, lab, ports.redfish, two)
    const daemon = await lab.startDaemon(labConfig(lab, settings))
    const { stdout, stderr, code } = await daemon.cli(['install', 'node*', '--yes', '--wait'])
    t.comment(stdout)
    t.equal(code, 0, stderr)
    for (const [name, machine] of [
      ['node1', one],
      ['node2', two],
    ] as const) {
      const { body } = await daemon.api(`/api/v1/hosts/${name}`)
      t.match(body.host, { state: 'installed', attempt: 1 })
      t.strictSame(machine.boots, ['network', 'disk'], `${name} was switched on once`)
      t.match(machine.serial(), /lab: BOOTED FROM DISK/)
    }
    const heard = await daemon.cli(['console', 'node1', '--attempt', '1'])
    t.match(heard.stdout, /lab: installer is up/, 'its console was kept while nobody looked')
    t.match(stdout, /node1 +power +switched on to boot from its network, for attempt 1 \(old\)/)
    t.match(stdout, /node2 +power +switched on to boot from its network, for attempt 1 \(modern\)/)
    t.ok(asked.indexOf('set boot pxe') < asked.indexOf('set power 1'), 'the network first, then on')
    t.match(
      changes.map(change => change.replace(/ .*\//, ' ')),
      [/^PATCH 1 .*"Pxe".*"UEFI"/, /^POST ComputerSystem.Reset .*"On"/],
    )
    t.equal(await daemon.kill('SIGTERM'), 0)
  },
)
