/**
 * `npm run demo`: a machine with an empty disk is installed over the network, before your eyes. With `-- --keep` a
 * second one fails on purpose, and daemon and page stay.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { labConfig, serverNetwork } from './config.ts'
import type { Daemon, EventRow } from './daemon.ts'
import { installForDemo, packagesOfDemo } from './demo-packages.ts'
import { openPage } from './keep-open.ts'
import { createLab, imageSize, type Lab } from './lab.ts'
import type { Machine } from './machine.ts'
import { labObstacle } from './packages.ts'
import { createSteps, progressOf, type Steps, stepOfEvent, stepOfSerial } from './steps.ts'

const mac = '52:54:00:12:34:56'
const brokenMac = '52:54:00:12:34:57'
const verbose = process.argv.includes('--verbose')
const keep = process.argv.includes('--keep')
const say = (line: string) => process.stdout.write(`${line}\n`)

async function demo(): Promise<number> {
  if (process.getuid?.() !== 0) {
    say('The demo makes network namespaces and needs root: sudo npm run demo')
    return 1
  }
  await installForDemo(say)
  const obstacle = await labObstacle(packagesOfDemo())
  if (obstacle !== undefined) {
    say(`The demo cannot run: ${obstacle}`)
    return 1
  }
  say('Building a kernel, an installer and the disk image that it writes: some seconds.')
  const lab = await createLab({ biosOnly: true })
  try {
    return await play(lab)
  } finally {
    lab.remove()
  }
}

async function play(lab: Lab): Promise<number> {
  const config = labConfig(lab, { network: serverNetwork, mac, address: '10.77.0.20' })
  const daemon = await lab.startDaemon(keep ? withBroken(config) : config)
  const machine = await lab.addMachine({ firmware: 'bios', mac })
  introduce(lab)
  const steps = createSteps(process.stdout)
  daemon.follow('node1', event => showEvent(steps, event))
  steps.say('$ bootwright install node1 --yes')
  await mustRun(daemon, ['install', 'node1', '--yes'])

  steps.say('power on, with an empty disk')
  const installing = machine.powerOn()
  watch(installing, steps)
  const [signed] = await Promise.all([webhook(lab, steps), untilOff(installing)])

  steps.say('power on again')
  const installedMachine = machine.powerOn()
  watch(installedMachine, steps)
  await installedMachine.serial.waitFor(/lab: BOOTED FROM DISK/, 180)
  steps.say('the machine runs from its disk')
  await installedMachine.powerOff()
  const code = await conclude(daemon, signed)
  if (keep) await stay(lab, daemon)
  return code
}

/** Another host with the same profile. */
function withBroken(config: string): string {
  return config.replace('\nhosts:\n', `\nhosts:\n  node2: { mac: "${brokenMac}", profile: lab }\n`)
}

/** A machine whose controller hides its disk fails, the doctor says why, and all stays until Ctrl-C. */
async function stay(lab: Lab, daemon: Daemon): Promise<void> {
  say('\nA second machine, node2: the controller of its disk is in RAID mode, which hides it.')
  const steps = createSteps(process.stdout)
  daemon.follow('node2', event => showEvent(steps, event))
  await mustRun(daemon, ['install', 'node2', '--yes'])
  const machine = (
    await lab.addMachine({ firmware: 'bios', mac: brokenMac, diskless: true })
  ).powerOn()
  watch(machine, steps)
  await lab.hook.waitFor('failed', 240)
  await machine.powerOff()
  say('\n$ bootwright doctor node2')
  say((await daemon.cli(['doctor', 'node2'])).stdout)
  const url = await openPage(lab.network)
  const token = readFileSync(join(lab.folder, 'token'), 'utf8').trim()
  say(`The page is at ${url} and asks for this token once: ${token}`)
  say(`(from another computer: ssh -L 8080:127.0.0.1:${new URL(url).port} HERE). Ctrl-C ends all.`)
  await new Promise(() => undefined)
}

/** Says when the webhook comes; returns whether its signature is right. */
async function webhook(lab: Lab, steps: Steps): Promise<boolean> {
  const { signed } = await lab.hook.waitFor('installed', 240)
  const signature = signed ? 'its signature is right' : 'ITS SIGNATURE IS WRONG'
  steps.say(`webhook received: node1 is installed; ${signature}`)
  return signed
}

async function untilOff({ serial, exited }: Machine): Promise<void> {
  await serial.waitFor(/lab: told done/, 180)
  await exited
}

function introduce(lab: Lab): void {
  const size = (name: 'linux' | 'initrd.gz') => `${(imageSize(lab, name) / 1e6).toFixed(1)} MB`
  say(`A network of its own (namespace ${lab.network.namespace}): the daemon at 10.77.0.1 gives`)
  say(`addresses, and one machine, node1, with BIOS, a network card ${mac} and an empty`)
  say(`disk. Kernel ${size('linux')}, installer ${size('initrd.gz')}. Nobody helps.\n`)
}

function watch(machine: Machine, steps: Steps): void {
  machine.serial.onLine(line => {
    if (verbose) say(`        | ${line}`)
    const step = stepOfSerial(line)
    if (step !== undefined) steps.say(step)
  })
}

function showEvent(steps: Steps, event: EventRow): void {
  const progress = progressOf(event)
  const step = stepOfEvent(event)
  if (progress !== undefined) steps.bar(progress.percent, progress.text)
  else if (step !== undefined) steps.say(step)
}

async function conclude(daemon: Daemon, signed: boolean): Promise<number> {
  say('\n$ bootwright events node1')
  say(await mustRun(daemon, ['events', 'node1']))
  say('$ bootwright hosts')
  say(await mustRun(daemon, ['hosts']))
  const { state, attempt } = JSON.parse(await mustRun(daemon, ['show', 'node1', '--json'])).host
  const good = signed && state === 'installed' && attempt === 1
  say(good ? 'The machine was installed once and boots its disk.' : 'This is not as it should be.')
  return good ? 0 : 1
}

async function mustRun(daemon: Daemon, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await daemon.cli(args)
  if (code !== 0) throw new Error(`bootwright ${args.join(' ')}: exit ${code}: ${stderr}`)
  return stdout
}

try {
  process.exitCode = await demo()
} catch (error) {
  say(`The demo failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
