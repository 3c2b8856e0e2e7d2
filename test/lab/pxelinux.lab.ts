import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import { createLab } from './lab.ts'
import { fillingWord } from './long-line.ts'
import { labObstacle } from './packages.ts'
import { installAndBootDisk } from './story.ts'
import { waitUntil } from './wait.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))

t.test('BIOS by PXELINUX, kernel and initrd over HTTP', { skip: obstacle ?? false }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  const mac = '52:54:00:12:34:56'
  const settings = { network: serverNetwork, mac, address: '10.77.0.20' }
  const daemon = await lab.startDaemon(labConfig(lab, { ...settings, host: 'loader: lpxelinux.0' }))
  const machine = await lab.addMachine({ firmware: 'bios', mac })
  await installAndBootDisk(t, { lab, daemon, machine })
  const { stdout } = await daemon.cli(['events', 'node1'])
  t.match(stdout, /TFTP: lpxelinux\.0 sent[\s\S]*PXELINUX config: node1 installs lab, attempt 1/)
})

t.test(
  'BIOS by PXELINUX, everything over TFTP, and the longest command line',
  { skip: obstacle ?? false },
  async t => {
    const lab = await createLab()
    t.teardown(() => lab.remove())
    const mac = '52:54:00:12:34:5a'
    const config = (word: string) => {
      const cmdline = `${word} lab.do=ready-only`
      return labConfig(lab, { network: serverNetwork, mac, cmdline, host: 'loader: pxelinux.0' })
    }
    const { word, room } = await fillingWord(lab, config)
    const daemon = await lab.startDaemon(config(word))
    t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
    const machine = await lab.addMachine({ firmware: 'bios', mac })
    const { serial, exited } = machine.powerOn()
    const [, bytes] = await serial.waitFor(/lab: command line: (\d+) bytes/, 120)
    t.equal(Number(bytes), room)
    // The last word tells it to power off: the line arrived whole.
    await serial.waitFor(/lab: told ready/, 60)
    await exited
    const { body } = await daemon.api('/api/v1/hosts/node1')
    t.match(body.host, { state: 'installing', attempt: 1 })
    // Where the last ACK was lost the end of a transfer is told when nobody answers any more.
    const stdout = await waitUntil('both files in the timeline', 60, async () => {
      const told = (await daemon.cli(['events', 'node1'])).stdout
      return /TFTP: linux sent[\s\S]*TFTP: initrd\.gz/.test(told) ? told : undefined
    })
    t.notMatch(stdout, /HTTP: (linux|initrd)/)
  },
)
