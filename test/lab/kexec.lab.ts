import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import { showWhenFailed } from './daemon.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { writeRunningInitrd } from './running-linux.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(6))
const mac = '52:54:00:12:34:5c'

t.test(
  'a machine that runs some Linux kexecs into the installer',
  { skip: obstacle ?? false },
  async t => {
    const lab = await createLab()
    t.teardown(() => lab.remove())
    const network = serverNetwork
    const daemon = await lab.startDaemon(labConfig(lab, { network, mac, address: '10.77.0.22' }))
    showWhenFailed(t, daemon, 'node1')
    const images = join(lab.folder, 'assets/images/lab')
    const initrd = join(lab.folder, 'running.gz')
    writeRunningInitrd(join(images, 'initrd.gz'), initrd)
    const server = 'http://10.77.0.1:8080'
    const cmdline = `console=ttyS0 quiet no_timer_check lab.role=running lab.kexec=${server}/kexec`
    const boot = ['-kernel', join(images, 'linux'), '-initrd', initrd, '-append', cmdline]
    const machine = await lab.addMachine({ firmware: 'bios', mac, extra: boot })
    const { serial, exited } = machine.powerOn()

    await serial.waitFor(/lab: some Linux is up/, 120)
    await serial.waitFor(/bootwright: node1 is idle: no install was asked/, 60)
    await serial.waitFor(/lab: kexec script: exit 1/, 30)
    const stranger = await lab.network.run(['curl', '-s', `${server}/boot/${mac}/kexec`])
    t.match(stranger, /node1 is idle/)

    t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
    const refused = await lab.network.run(['curl', '-s', `${server}/boot/${mac}/kexec`])
    t.match(refused, /this address is not known to be its own/, 'another machine')
    await serial.waitFor(/bootwright: would fetch \S+\/linux, \d+ bytes, sha256 [0-9a-f]{64}/, 60)
    await serial.waitFor(/bootwright: would boot with: bootwright=http.*console=ttyS0 /, 30)
    await serial.waitFor(/bootwright: boots it now/, 60)
    await serial.waitFor(/lab: installer is up/, 120)
    await serial.waitFor(/lab: told ready/, 60)
    await serial.waitFor(/lab: disk written/, 60)
    await serial.waitFor(/lab: told done/, 30)
    await exited
    const { body } = await daemon.api('/api/v1/hosts/node1')
    t.match(body.host, { state: 'installed', attempt: 1 })
    t.equal(body.installs.length, 1)
    const events = (await daemon.api('/api/v1/events?host=node1&after=0')).body.events
    const texts = events.map(({ text }: { text: string }) => text)
    t.ok(texts.includes('kexec script: node1 installs lab, attempt 1'))
    t.ok(texts.some((text: string) => /^kexec script refused to 10\.77\.0\.1:/.test(text)))
  },
)
