import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))

const down = '\u001b[B'
/** What is typed at each loader's menu to take the first profile. */
const machines = [
  { host: 'node1', mac: '52:54:00:12:34:65', firmware: 'bios', more: '', keys: `${down}\r` },
  {
    host: 'node2',
    mac: '52:54:00:12:34:66',
    firmware: 'bios',
    more: ', loader: pxelinux.0',
    keys: '1\r',
  },
  {
    host: 'node3',
    mac: '52:54:00:12:34:67',
    firmware: 'uefi',
    more: ', loader: grubx64.efi',
    keys: `${down}\r`,
  },
] as const

t.test('an install that is chosen at the machine', { skip: obstacle ?? false }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  const settings = { network: serverNetwork, mac: machines[0].mac, host: 'boot: menu' }
  const others = machines
    .slice(1)
    .map(({ host, mac, more }) => `  ${host}: { mac: "${mac}", boot: menu${more} }\n`)
  const config = labConfig(lab, settings)
  const daemon = await lab.startDaemon(
    config.replace('callbacks:\n  notify:', `${others.join('')}$&`),
  )

  for (const { host, mac, firmware, keys } of machines) {
    await t.test(`${host}, ${firmware}`, async t => {
      const eventsOf = async () => (await daemon.cli(['events', host])).stdout
      t.teardown(async () => t.comment(await eventsOf()))
      const machine = await lab.addMachine({ firmware, mac })
      const { serial, type, exited } = machine.powerOn()
      await serial.waitFor(new RegExp(`What to boot on ${host}`), 120)
      // A serial line of a loaded machine loses bytes: GRUB's countdown also says that its menu is there.
      await serial.waitFor(/boot: ?$|lab|executed automatically in/, 20)
      type(keys)
      await serial.waitFor(/lab: installer is up/, 120)
      await serial.waitFor(/lab: told done/, 60)
      await exited
      t.match(await eventsOf(), /lab chosen at the machine[\s\S]*installs lab, attempt 1/)
      const { body } = await daemon.api(`/api/v1/hosts/${host}`)
      t.match(body.host, { state: 'installed', attempt: 1 })
    })
  }
})
