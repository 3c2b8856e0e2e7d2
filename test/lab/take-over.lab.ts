import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { serverNetwork } from './config.ts'
import { type Daemon, type EventRow, showWhenFailed } from './daemon.ts'
import { newestKernel } from './kernel.ts'
import { createLab, type Lab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { writeRunningInitrd } from './running-linux.ts'
import { writeSshInitrd } from './ssh-installer.ts'
import { makeOwnersKey } from './ssh-lab.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(6))
const mac = '52:54:00:12:34:5d'
const other = '52:54:00:12:34:5e'

const config = `
dataDir: ./data
assets: ./assets
admin: { tokenFile: ./token, allow: [127.0.0.0/8] }
networks:
  lab:
    interface: br0
${serverNetwork}
profiles:
  lab:
    kernel: images/lab/linux
    initrd: [images/lab/ssh.gz]
    cmdline: console=ttyS0 quiet no_timer_check
    phoneHome: ssh
    login: key
    deploy: by-hand
    expect: { disk: { name: /dev/vda } }
hosts:
  node1: { mac: "${mac}", address: 10.77.0.22, profile: lab, running: { identityFile: running-key } }
  node2: { mac: "${other}", profile: lab, running: { identityFile: running-key, address: 10.77.0.22 } }
callbacks:
  by-hand: { ssh: { script: ./install.sh, args: [/dev/vda] } }
`

/** Writes the initrds of the installer and of the system that runs before it, which lets the key in. */
async function writeInitrds(lab: Lab): Promise<string> {
  const key = join(lab.folder, 'running-key')
  const installer = join(lab.folder, 'assets/images/lab/ssh.gz')
  const owner = join(lab.folder, 'owner.gz')
  await makeOwnersKey(key, owner)
  await writeSshInitrd(newestKernel(), installer)
  const running = join(lab.folder, 'running.gz')
  writeRunningInitrd(installer, running)
  appendFileSync(running, readFileSync(owner))
  writeFileSync(join(lab.folder, 'install.sh'), '#!/bin/sh\necho installed > "$1"\nsync\n')
  return running
}

async function eventsOf(daemon: Daemon, host: string): Promise<EventRow[]> {
  return (await daemon.api(`/api/v1/events?host=${host}&limit=5000`)).body.events
}

t.test('the system that runs on a machine boots the installer', { skip }, async t => {
  const lab = await createLab({ biosOnly: true })
  t.teardown(() => lab.remove())
  const initrd = await writeInitrds(lab)
  const daemon = await lab.startDaemon(config)
  showWhenFailed(t, daemon)
  const kernel = join(lab.folder, 'assets/images/lab/linux')
  const cmdline = 'console=ttyS0 quiet no_timer_check lab.role=running'
  const extra = ['-kernel', kernel, '-initrd', initrd, '-append', cmdline]
  const computer = await lab.addMachine({ firmware: 'bios', mac, extra })
  const machine = computer.powerOn()
  await machine.serial.waitFor(/lab: some Linux is up/, 120)
  await machine.serial.waitFor(/lab: SSH server is up/, 60)

  const wrong = await daemon.cli(['install', 'node2', '--by', 'kexec', '--yes'])
  t.equal(wrong.code, 0, wrong.stderr)
  const refusal = await waitUntil('the refusal of node2', 60, async () =>
    (await eventsOf(daemon, 'node2')).find(({ text }) => text.startsWith('not started')),
  )
  t.equal(
    refusal.text,
    `not started for attempt 1 (kexec): 10.77.0.22 is another machine: it has ${mac}, and none is of node2`,
  )
  t.match((await daemon.api('/api/v1/hosts/node2')).body.host, { state: 'pending', attempt: 0 })
  await daemon.cli(['cancel', 'node2'])

  const { code, stdout, stderr } = await daemon.cli(
    'install node1 --by kexec --yes --wait'.split(' '),
  )
  t.equal(code, 0, `${stdout}\n${stderr}`)
  await machine.powerOff()
  t.match(machine.serial.text(), /lab: some Linux is up[\s\S]*lab: installer is up/)
  t.equal(readFileSync(computer.disk, 'utf8').slice(0, 10), 'installed\n')
  t.match((await daemon.api('/api/v1/hosts/node1')).body.host, { state: 'installed', attempt: 1 })
  const events = await eventsOf(daemon, 'node1')
  const texts = events.map(({ text }) => text)
  const order = [
    'kexec script: node1 installs lab, attempt 1',
    'its system boots the installer, for attempt 1 (kexec)',
    '10.77.0.22 has proved itself',
  ].map(start => texts.findIndex(text => text.startsWith(start)))
  t.notOk(order.includes(-1), texts.join('\n'))
  t.ok((order[0] ?? 0) < (order[1] ?? 0), 'it had its script before it went')
  const asked = texts.indexOf('kexec script: node1 installs lab, attempt 1')
  const seconds = (at: number) => Date.parse(events[at]?.at ?? '') / 1000
  t.comment(`from its script to its proof: ${seconds(order[2] ?? 0) - seconds(asked)} s`)
})
