import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { parse, stringify } from 'yaml'
import { version } from '../../src/system/version.ts'
import { attempt } from './command.ts'
import { makeEmptyDisk } from './disk.ts'
import type { Step } from './document.ts'
import { startForeignDhcp } from './foreign-dhcp.ts'
import { powerOn } from './machine.ts'
import { createNetwork, type Network, type Peer } from './network.ts'
import { type Computer, type Running, startComputer } from './newcomer.ts'
import { kexec, plug } from './newcomer-stand-ins.ts'
import { waitUntil } from './wait.ts'

const mac = '52:54:00:12:34:56'
/** What the newcomer writes: the machine's own address stands in the documents already. */
const editor = `#!/bin/sh
sed -i -e 's/^# *$//' -e '/^# hosts:/,$s/^# //' -e 's/AAAA… you@example/AAAAC3Nz me/' "$1"
`

/** Lines that a reader of the lab leaves out, and why. */
const leftOut = [
  // It is a lab of its own, and installs a hypervisor.
  /npm run demo$/,
  // first-hour.lab.ts plays it against a server of the lab.
  /^npx bootwright pull /,
  // It needs nixpkgs from GitHub.
  /^nix profile install /,
  // The table and chain that the rule goes into are the reader's own.
  /^sudo nft /,
  // It needs a BMC: power.lab.ts has some.
  /bmc trust /,
  // The service holds the ports; two-bridges.lab.ts boots machines from it.
  /with-sockets /,
]
/** What needs more than the LAN of the lab. */
const fromInternet = /(?:^|&& )(?:sudo )?(?:apt |npm (?:ci|install)|git )/
/** What is typed at the machine, not at the server: it names where the server or the phone home is. */
const atMachine = /\bURL\b|\/\/SERVER\b/
/** Says by 1 that it found something, or that a machine would not boot. */
const mayFind = / (?:doctor|probe) /

/** A LAN with a router, the newcomer's computer, and what goes on there. */
export interface Walk {
  readonly t: Test
  readonly network: Network
  readonly computer: Computer
  readonly running: Running[]
  /** Where the documents' config fragments belong, from the folder or the root. */
  readonly config: string
  /** The machine of the documents, when it runs a Linux. */
  machine?: Machine
}

interface Machine {
  readonly peer: Peer
  /** Its own programs; the command line that it was booted with. */
  readonly folder: string
}

/** A computer beside a router, over `bareRoot` or the packages of this one. */
export async function startWalk(t: Test, config: string, bareRoot?: string): Promise<Walk> {
  const network = await createNetwork('10.77.0.9')
  t.teardown(() => network.remove())
  await startForeignDhcp(network, '10.77.0.2')
  const computer = await startComputer(network, editor, bareRoot)
  t.teardown(() => computer.remove())
  const walk: Walk = { t, network, computer, running: [], config }
  t.teardown(() => stop(walk))
  return walk
}

/** Plugs behind the router that switch the machines of the documents. */
export async function startPlug(network: Network, addresses: readonly string[]): Promise<void> {
  const peer = await network.addPeer('10.77.0.21')
  for (const address of addresses) {
    const add = ['ip', 'address', 'add', `${address}/32`, 'dev', 'eth0']
    await attempt(['ip', 'netns', 'exec', peer.namespace, ...add])
    await network.run(['ip', 'route', 'add', address, 'via', peer.address])
  }
  peer.start([process.execPath, '-e', plug])
}

/** Does what the steps say, in their order. */
export async function follow(walk: Walk, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (step.kind === 'config') write(walk, step.text)
    else if (!leftOut.some(pattern => pattern.test(step.line))) await take(walk, step.line)
  }
}

async function take(walk: Walk, written: string): Promise<void> {
  if (atMachine.test(written)) return atTheMachine(walk, written)
  const line = filledIn(written, walk.config)
  if (/npm start$/.test(line)) return serve(walk, line)
  if (/ install node1 --wait$/.test(line)) return install(walk, line)
  if (/ --follow$|bootwright watch$/.test(line)) return look(walk, line)
  await type(walk, line)
}

/** What stands for something of the reader's own. */
function filledIn(line: string, config: string): string {
  return line
    .replaceAll('REPOSITORY', 'file:///srv/repository')
    .replaceAll('/path/to/debian/netboot', '/srv/netboot')
    .replaceAll('VERSION', version())
    .replace(/\bHOST$/, 'node1')
    .replace(/\bFILE$/, config)
    .replace(/ eth0$/, ' br0')
}

/** A whole config takes the place of the one that is there; a part of one is put into it. */
function write({ computer, config }: Walk, text: string): void {
  const own = text.replace('AAAA… me', 'AAAAC3Nz me')
  const isWhole = /^dataDir:/m.test(own)
  const whole = isWhole ? own : stringify(merged(parse(computer.read(config)), parse(own)))
  computer.write(config, whole)
}

function merged(into: unknown, part: unknown): unknown {
  if (!isMap(into) || !isMap(part)) return part
  const keys = new Set([...Object.keys(into), ...Object.keys(part)])
  return Object.fromEntries(
    [...keys].map(key => [key, key in part ? merged(into[key], part[key]) : into[key]]),
  )
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function type({ t, computer }: Walk, line: string): Promise<void> {
  const where = fromInternet.test(line) ? 'internet' : 'lan'
  const { code, stdout, stderr } = await computer.type(line, where)
  const good = code === 0 || (mayFind.test(line) && code === 1)
  t.ok(good, `${line} (${code})${good ? '' : `: ${stdout.slice(-1500)}${stderr.slice(-1500)}`}`)
}

async function serve(walk: Walk, line: string): Promise<void> {
  const daemon = walk.computer.begin(line)
  walk.running.push(daemon)
  await waitUntil(
    () => `the daemon: ${daemon.text()}`,
    60,
    () => /"?msg"?:"?ready|\bready\b/.test(daemon.text()) || undefined,
  )
  walk.t.pass(line)
}

/** Ends what goes on. */
async function stop({ running }: Walk): Promise<void> {
  for (const each of running.splice(0)) await each.interrupt()
}

/** It waits for somebody who powers the machine on; that it ends is for the labs of installers to show. */
async function install({ t, computer, network }: Walk, line: string): Promise<void> {
  const asked = computer.begin(line)
  await waitUntil(
    () => `the install to be asked for: ${asked.text()}`,
    60,
    () => /is asked for/.test(asked.text()) || undefined,
  )
  const disk = `/tmp/bootwright-newcomer-${process.pid}.raw`
  makeEmptyDisk(disk)
  t.teardown(() => rmSync(disk, { force: true }))
  const tap = await network.addTap()
  const machine = powerOn(network, { firmware: 'bios', mac, disk, tap, mebibytes: 768 })
  t.teardown(() => machine.powerOff())
  const followed = computer.begin('npx bootwright events node1 --follow')
  await waitUntil(
    () => `its initrd: ${asked.text()}${followed.text()}`,
    150,
    () => /initrd\.gz sent/.test(followed.text()) || undefined,
  )
  await followed.interrupt()
  t.match(await computer.type('npx bootwright cancel node1', 'lan'), { code: 0 })
  t.equal(await asked.ended, 1, `${line}: a machine booted it, and a cancel ended it`)
  await machine.powerOff()
}

/** What goes on until it is interrupted. */
async function look({ t, computer }: Walk, line: string): Promise<void> {
  const followed = computer.begin(line)
  await waitUntil(
    () => `a line: ${followed.text()}`,
    30,
    () => /NAME|sent/.test(followed.text()) || undefined,
  )
  await followed.interrupt()
  t.match(followed.text(), / watch$/.test(line) ? /NAME/ : /initrd\.gz sent/, line)
}

async function atTheMachine(walk: Walk, written: string): Promise<void> {
  walk.machine ??= await startMachine(walk)
  const { peer, folder } = walk.machine
  const [, url = ''] = / bootwright=(\S+)/.exec(` ${readIf(join(folder, 'cmdline'))}`) ?? []
  const line = written.replace('//SERVER', `//${walk.network.address}`).replace(/\bURL\b/, url)
  const script = `
    mount -t tmpfs tmpfs /var/log
    echo 'no disk' > /var/log/installer.log
    set -o pipefail
    ${line}`
  const { code, stdout, stderr } = await attempt([
    ...['ip', 'netns', 'exec', peer.namespace, 'unshare', '--mount'],
    ...['setpriv', '--bounding-set=-sys_boot'],
    ...['env', `PATH=${folder}:${process.env.PATH}`, `CURL_HOME=${folder}`],
    ...['bash', '-c', script],
  ])
  walk.t.equal(code, 0, `at the machine: ${line}: ${stdout.slice(-500)}${stderr.slice(-500)}`)
}

/** Another computer on the LAN with the machine's card. */
async function startMachine({ t, network }: Walk): Promise<Machine> {
  const peer = await network.addPeer('10.77.0.77')
  const at = ['ip', 'netns', 'exec', peer.namespace]
  t.match(await attempt([...at, 'ip', 'link', 'set', 'eth0', 'address', mac]), { code: 0 })
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-machine-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'kexec'), kexec)
  chmodSync(join(folder, 'kexec'), 0o755)
  // An answer that is an error ends curl with one.
  writeFileSync(join(folder, '.curlrc'), 'fail\n')
  return { peer, folder }
}

function readIf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
