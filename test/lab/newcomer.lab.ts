import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { makeEmptyDisk } from './disk.ts'
import { type Step, stepsOf } from './document.ts'
import { startForeignDhcp } from './foreign-dhcp.ts'
import { powerOn } from './machine.ts'
import { createNetwork, type Network } from './network.ts'
import { type Computer, layerObstacle, type Running, startComputer } from './newcomer.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? (await layerObstacle())
t.setTimeout(fileTimeout(8))

const mac = '52:54:00:12:34:56'
const netboot = '/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64'
/** What the newcomer writes: the machine's own address stands in the documents already. */
const editor = `#!/bin/sh
sed -i -e 's/^# *$//' -e '/^# hosts:/,$s/^# //' -e 's/AAAA… you@example/AAAAC3Nz me/' "$1"
`

/** What stands for something of the reader's own. */
function filledIn(line: string): string {
  return line
    .replaceAll('REPOSITORY', 'file:///srv/repository')
    .replaceAll('/path/to/debian/netboot', netboot)
}

/** What needs more than the LAN of the lab. */
const fromInternet = /^(?:sudo )?(?:apt |npm ci|git clone)/
/** What needs a publisher's own server: first-hour.lab.ts plays it against one of the lab's. */
const fromPublisher = /^npx bootwright pull /

t.test('what README says for a LAN, in its order, with no step added', { skip }, async t => {
  const steps = stepsOf('README.md', '## First boot', '## NixOS in ten lines')
  // The demo is a lab of its own.
  await walk(
    t,
    steps.filter(step => step.kind !== 'command' || !/run demo$/.test(step.line)),
  )
})

t.test('docs/first-boot.md, in its order, with no step added', { skip }, async t => {
  await walk(t, stepsOf('docs/first-boot.md', '# First boot on a LAN'))
})

async function walk(t: Test, steps: readonly Step[]): Promise<void> {
  const network = await createNetwork('10.77.0.9')
  t.teardown(() => network.remove())
  await startForeignDhcp(network, '10.77.0.2')
  const computer = await startComputer(network, editor)
  t.teardown(() => computer.remove())
  const running: Running[] = []
  t.teardown(() => running.map(each => each.interrupt()))
  for (const step of steps) {
    if (step.kind === 'config') {
      computer.write('config/lan.yaml', step.text.replace('AAAA… me', 'AAAAC3Nz me'))
      continue
    }
    const line = filledIn(step.line)
    if (fromPublisher.test(line)) continue
    if (/npm start$/.test(line)) running.push(await serve(t, computer, line))
    else if (/ install node1 --wait$/.test(line)) await install(t, computer, network, line)
    else if (/ --follow$/.test(line)) await follow(t, computer, line)
    else await type(t, computer, line)
  }
  t.ok(running.length > 0, 'the daemon was started')
}

async function type(t: Test, computer: Computer, line: string): Promise<void> {
  const { code, stdout, stderr } = await computer.type(
    line,
    fromInternet.test(line) ? 'internet' : 'lan',
  )
  // The doctor's 1 says that it found something.
  const good = / doctor /.test(line) ? code <= 1 : code === 0
  t.ok(good, `${line} (${code})${good ? '' : `: ${stdout.slice(-1500)}${stderr.slice(-1500)}`}`)
}

async function serve(t: Test, computer: Computer, line: string): Promise<Running> {
  const daemon = computer.begin(line)
  await waitUntil(
    () => `the daemon: ${daemon.text()}`,
    60,
    () => /"?msg"?:"?ready|\bready\b/.test(daemon.text()) || undefined,
  )
  t.pass(line)
  return daemon
}

/** It waits for somebody who powers the machine on; that it ends is for the labs of installers to show. */
async function install(t: Test, computer: Computer, network: Network, line: string) {
  const asked = computer.begin(line)
  await waitUntil(
    () => `the install to be asked for: ${asked.text()}`,
    60,
    () => /is asked for/.test(asked.text()) || undefined,
  )
  const disk = `/tmp/bootwright-newcomer-${process.pid}.raw`
  makeEmptyDisk(disk)
  const tap = await network.addTap()
  const machine = powerOn(network, { firmware: 'bios', mac, disk, tap, mebibytes: 768 })
  t.teardown(() => machine.powerOff())
  await waitUntil(
    () => `its initrd: ${asked.text()}`,
    150,
    async () => {
      const { stdout } = await computer.type('npx bootwright events node1', 'lan')
      return /initrd\.gz sent/.test(stdout) || undefined
    },
  )
  t.match(await computer.type('npx bootwright cancel node1', 'lan'), { code: 0 })
  t.equal(await asked.ended, 1, `${line}: a machine booted it, and a cancel ended it`)
  await machine.powerOff()
}

async function follow(t: Test, computer: Computer, line: string): Promise<void> {
  const followed = computer.begin(line)
  await waitUntil(
    () => `a line: ${followed.text()}`,
    30,
    () => followed.text() !== '' || undefined,
  )
  await followed.interrupt()
  t.match(followed.text(), /initrd\.gz sent/, line)
}
