import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { writeUki } from './uki.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))

const macs = { ipxe: '52:54:00:12:34:63', grub: '52:54:00:12:34:64' }

t.test('a kernel and initrd in one UEFI program', { skip: obstacle ?? false }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  // What it is told over the network counts, and not its own words.
  await writeUki(join(lab.folder, 'assets/images/lab'), 'console=ttyS0 no_timer_check lab.do=fail')
  const efi = 'efi: images/lab/uki.efi'
  const settings = { network: serverNetwork, mac: macs.ipxe, address: '10.77.0.21', host: efi }
  const node2 = `  node2: { mac: "${macs.grub}", profile: lab, loader: grubx64.efi, ${efi} }\n`
  const config = labConfig(lab, settings).replace('callbacks:\n  notify:', `${node2}$&`)
  const daemon = await lab.startDaemon(config)
  const eventsOf = async (host: string) => (await daemon.cli(['events', host])).stdout
  t.teardown(async () => t.comment(await eventsOf('node1'), await eventsOf('node2')))
  const both = await daemon.cli(['install', 'node1', 'node2', '--yes'])
  t.equal(both.code, 0, both.stderr)

  for (const [host, mac, asked] of [
    ['node1', macs.ipxe, 'script'],
    ['node2', macs.grub, 'GRUB config'],
  ] as const) {
    await t.test(`started by the loader that asks for its ${asked}`, async t => {
      const machine = await lab.addMachine({ firmware: 'uefi', mac })
      const { serial, exited } = machine.powerOn()
      await serial.waitFor(/lab: installer is up/, 180)
      await serial.waitFor(new RegExp(`lab: answer file: answers for ${host}`), 60)
      await serial.waitFor(/lab: told done/, 60)
      await exited
      const events = await eventsOf(host)
      t.match(events, new RegExp(`${asked}: ${host} installs lab, attempt 1`))
      t.match(events, /uki\.efi sent/)
      const { body } = await daemon.api(`/api/v1/hosts/${host}`)
      t.match(body.host, { state: 'installed', attempt: 1 })
    })
  }
})
