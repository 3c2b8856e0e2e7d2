import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import type { EventRow } from './daemon.ts'
import { createLab } from './lab.ts'
import { fillingWord } from './long-line.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))

const [signed, unsigned] = ['52:54:00:12:34:61', '52:54:00:12:34:62']

t.test('UEFI x64 with Secure Boot', { skip: obstacle ?? false }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  const node1 = { mac: signed, address: '10.77.0.21', host: 'loader: shimx64.efi' }
  const config = (word: string) => {
    const cmdline = `loglevel=7 ${word}`
    return labConfig(lab, { network: serverNetwork, ...node1, cmdline })
  }
  const { word, room } = await fillingWord(lab, config)
  const node2 = `  node2: { mac: "${unsigned}", profile: lab, loader: snponly.efi }\n`
  const daemon = await lab.startDaemon(config(word).replace('callbacks:\n  notify:', `${node2}$&`))
  const eventsOf = async (host: string) => (await daemon.cli(['events', host])).stdout
  t.teardown(async () => t.comment(await eventsOf('node1'), await eventsOf('node2')))
  const both = await daemon.cli(['install', 'node1', 'node2', '--yes'])
  t.equal(both.code, 0, both.stderr)

  await t.test('shim, GRUB and a signed kernel install it', async t => {
    const machine = await lab.addMachine({ firmware: 'uefi-secure', mac: signed })
    const { serial, exited } = machine.powerOn()
    await serial.waitFor(/Secure boot enabled/, 120)
    const [, bytes] = await serial.waitFor(/lab: command line: (\d+) bytes/, 60)
    t.equal(Number(bytes), room)
    await serial.waitFor(/lab: told done/, 60)
    // The last word tells it to power off: the line arrived whole.
    await exited
    const events = await eventsOf('node1')
    t.match(
      events,
      /shimx64\.efi sent[\s\S]*grubx64\.efi sent[\s\S]*GRUB config: node1 installs lab/,
    )
    t.notMatch(events, /refused/, 'what shim and GRUB only try is not worth a line')
    const { body } = await daemon.api('/api/v1/hosts/node1')
    t.match(body.host, { state: 'installed', attempt: 1 })
  })

  await t.test('an unsigned loader is refused, and the timeline says so', async t => {
    const machine = await lab.addMachine({ firmware: 'uefi-secure', mac: unsigned })
    const { powerOff, serial } = machine.powerOn()
    const missing = () => `the refusal, after\n${serial.text()}`
    const line = await waitUntil(missing, 120, async () => {
      const { events } = (await daemon.api('/api/v1/events?host=node2')).body
      return events.find(({ text }: EventRow) => /came back/.test(text))?.text
    })
    await powerOff()
    t.match(line, /snponly\.efi.*Secure Boot/)
    const { body } = await daemon.api('/api/v1/hosts/node2')
    t.match(body.host, { state: 'pending' }, 'it can still be installed by a signed loader')
  })
})
