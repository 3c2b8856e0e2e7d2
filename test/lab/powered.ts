import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createLineServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { simCommand } from '../power/ipmi-sim.ts'
import { type Bmc, startBmc } from '../power/redfish-service.ts'
import { forwardTo } from './forward.ts'
import type { Lab, LabMachine } from './lab.ts'
import type { Machine } from './machine.ts'

/** A machine whose power is a BMC's. It is off, and its firmware boots from its disk if it is not told otherwise. */
export interface PoweredMachine {
  readonly isOn: () => boolean
  on(): void
  off(): void
  reset(): void
  /** Its next boot is from the network, once. */
  netboot(): void
  /** What each of its boots was from. */
  readonly boots: ('network' | 'disk')[]
  /** What it wrote on its serial line since it was switched on or reset. */
  serial(): string
  /** Calls back for each further line of it, whatever its power does. */
  onLine(listener: (line: string) => void): void
}

/** What it does by itself is a reset: QEMU ends with it, and it begins anew. */
export function powered(t: Test, machine: LabMachine): PoweredMachine {
  let running: Machine | undefined
  let last: Machine | undefined
  let fromNetwork = false
  const boots: PoweredMachine['boots'] = []
  const listeners: ((line: string) => void)[] = []
  const on = () => {
    if (running) return
    const diskOnly = !fromNetwork
    fromNetwork = false
    boots.push(diskOnly ? 'disk' : 'network')
    const mine = machine.powerOn({ diskOnly, extra: ['-no-reboot'] })
    running = last = mine
    for (const listener of listeners) mine.serial.onLine(listener)
    void mine.exited.then(() => {
      if (running !== mine) return
      running = undefined
      on()
    })
  }
  const off = async () => {
    const mine = running
    running = undefined
    await mine?.powerOff()
  }
  t.teardown(off)
  return {
    ...{ isOn: () => running !== undefined, on, off, boots },
    reset: () => void off().then(on),
    netboot: () => {
      fromNetwork = true
    },
    serial: () => last?.serial.text() ?? '',
    onLine: listener => void listeners.push(listener),
  }
}

/** A BMC that speaks IPMI, at a port inside the network, and is ipmi_sim; serial over LAN is the machine's serial line. */
export async function ipmiOf(t: Test, lab: Lab, port: number, machine: PoweredMachine) {
  const folder = join(lab.folder, `ipmi${port}`)
  mkdirSync(folder)
  // What happens to the machine is ours; a Unix socket belongs to no network namespace.
  const socket = join(folder, 'chassis.socket')
  const asked: string[] = []
  const server = createServer((request, response) => {
    const words = (request.url ?? '').split('/').filter(Boolean)
    asked.push(words.join(' '))
    response.end(chassis(words, machine))
  }).listen(socket)
  await once(server, 'listening')
  t.teardown(() => server.close())
  const program = join(folder, 'chassis')
  const ask = `exec curl -s --unix-socket ${socket} "http://chassis/$2/$3/$4"`
  writeFileSync(program, `#!/bin/sh\n${ask}\n`)
  writeFileSync(join(lab.folder, 'bmc-password'), 'secret\n', { mode: 0o600 })
  const sol = await solOf(t, lab, port + 1, machine)
  lab.network.start(simCommand({ folder, port, chassis: `sh ${program}`, sol }))
  return { asked }
}

/** The serial line of a machine at a TCP port inside the network. */
async function solOf(t: Test, lab: Lab, port: number, machine: PoweredMachine): Promise<number> {
  const readers = new Set<Socket>()
  const socket = join(lab.folder, `serial${port}.socket`)
  const server = createLineServer(reader => {
    readers.add(reader)
    reader.on('error', () => {})
    reader.once('close', () => readers.delete(reader))
    reader.resume()
  }).listen(socket)
  await once(server, 'listening')
  t.teardown(() => server.close())
  machine.onLine(line => {
    for (const reader of readers) reader.write(`${line}\r\n`)
  })
  await forwardInside(lab, port, socket)
  return port
}

/** A port inside the network is this socket outside. */
async function forwardInside(lab: Lab, port: number, socket: string): Promise<void> {
  const script = fileURLToPath(new URL('forward.ts', import.meta.url))
  const inside = lab.network.start([process.execPath, script, String(port), socket])
  await once(inside.stdout ?? inside, 'data')
}

function chassis([verb, what, value]: readonly string[], machine: PoweredMachine): string {
  if (verb === 'get') {
    if (what === 'power') return `power:${machine.isOn() ? 1 : 0}\n`
    return what === 'boot' ? 'boot:default\n' : ''
  }
  if (what === 'power') machine[value === '1' ? 'on' : 'off']()
  if (what === 'reset') machine.reset()
  // Its system obeys at once.
  if (what === 'shutdown') machine.off()
  if (what === 'boot' && value === 'pxe') machine.netboot()
  return ''
}

/** A BMC that speaks Redfish, at a port inside the network; `obeys` is asked whether the next boot is as it was told. */
export async function redfishOf(
  t: Test,
  lab: Lab,
  port: number,
  machine: PoweredMachine,
  obeys = () => true,
): Promise<Bmc> {
  const bmc = await startBmc(t, {
    switched(reset, { power, boot }) {
      if (power === 'Off') return machine.off()
      if (boot.BootSourceOverrideEnabled === 'Once') {
        if (boot.BootSourceOverrideTarget === 'Pxe' && obeys()) machine.netboot()
        boot.BootSourceOverrideEnabled = 'Disabled'
      }
      if (reset === 'ForceRestart') machine.reset()
      else machine.on()
    },
  })
  await reachInside(t, lab, port, bmc.port)
  return bmc
}

/** A port inside the network is this port outside. */
export async function reachInside(t: Test, lab: Lab, port: number, outside: number): Promise<void> {
  const socket = join(lab.folder, `redfish${port}.socket`)
  const server = forwardTo(outside).listen(socket)
  await once(server, 'listening')
  t.teardown(() => server.close())
  await forwardInside(lab, port, socket)
}
