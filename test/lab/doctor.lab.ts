import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { quickDaemon } from './clients.ts'
import { type EventRow, showWhenFailed } from './daemon.ts'
import { makeEmptyDisk } from './disk.ts'
import { powerOn } from './machine.ts'
import { createNetwork } from './network.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(6))

const mac = '52:54:00:12:34:7c'
const hosts = `hosts:\n  node1: { mac: "${mac}", profile: lab }\n`
const networks = '  lab: { interface: br0, mode: server, range: 10.77.0.50-10.77.0.60 }\n'

/** A UEFI program for x64 that does nothing for ever, as an iPXE does whose driver hangs. */
function hangingLoader(): Uint8Array {
  const bytes = new Uint8Array(0x400)
  const view = new DataView(bytes.buffer)
  const put16 = (at: number, value: number) => view.setUint16(at, value, true)
  const put32 = (at: number, value: number) => view.setUint32(at, value, true)
  put16(0, 0x5a4d) // MZ
  put32(0x3c, 0x40)
  put32(0x40, 0x4550) // PE
  put16(0x44, 0x8664)
  put16(0x46, 1) // one section
  put16(0x54, 240) // bytes of the optional header
  put16(0x56, 0x22)
  put16(0x58, 0x20b) // PE32+
  put32(0x5c, 0x200)
  put32(0x68, 0x1000) // entry point
  put32(0x6c, 0x1000)
  put32(0x78, 0x1000) // alignment in memory and in the file
  put32(0x7c, 0x200)
  put32(0x90, 0x2000) // sizes of the image and its headers
  put32(0x94, 0x200)
  put16(0x9c, 10) // an EFI application
  put32(0xc4, 16)
  bytes.set(Buffer.from('.text'), 0x148)
  for (const [n, value] of [0x200, 0x1000, 0x200, 0x200].entries()) put32(0x150 + 4 * n, value)
  put32(0x16c, 0x60000020)
  put16(0x200, 0xfeeb) // jmp to itself
  return bytes
}

t.test(
  'a UEFI machine that hangs in its loader boots by itself the next time',
  { skip },
  async t => {
    const network = await createNetwork()
    t.teardown(() => network.remove())
    const quick = quickDaemon(network, networks, [], hosts)
    mkdirSync(join(quick.folder, 'assets/loaders'))
    writeFileSync(join(quick.folder, 'assets/loaders/ipxe.efi'), hangingLoader())
    const daemon = await quick.start()
    t.equal((await daemon.cli(['install', 'node1'])).code, 0)

    const disk = join(quick.folder, 'node1.raw')
    const capture = join(quick.folder, 'qemu.pcap')
    makeEmptyDisk(disk)
    const tap = await network.addTap()
    const settings = { firmware: 'uefi', mac, disk, tap, pcap: capture } as const
    const told = async (line: RegExp) => {
      const { events } = (await daemon.api('/api/v1/events?host=node1')).body
      return events.find(({ text }: EventRow) => line.test(text)) as EventRow | undefined
    }
    showWhenFailed(t, daemon, 'node1')

    const first = powerOn(network, settings)
    await waitUntil('the loader that hangs', 90, () => told(/^TFTP: ipxe.efi sent/))
    await waitUntil('the doctor', 60, async () => {
      const { body } = await daemon.api('/api/v1/hosts/node1/doctor')
      return body.verdicts.length > 0 || undefined
    })
    const { stdout: said, code } = await daemon.cli(['doctor', 'node1'])
    t.equal(code, 1)
    t.match(said, 'ipxe.efi was fetched, and its iPXE never asked for DHCP')
    t.match(said, /nothing was heard from it in the \d+ s since/)
    t.match(said, 'ipxe.efi carries no signature', 'that Secure Boot refused it cannot be excluded')
    await first.powerOff()

    const explained = await daemon.cli([
      ...['show', 'node1', '--pcap', join(quick.folder, 'kept.pcap')],
    ])
    t.equal(explained.code, 0, explained.stderr)
    for (const file of [capture, join(quick.folder, 'kept.pcap')]) {
      const main = join(import.meta.dirname, '../../src/main.ts')
      const config = ['--config', join(quick.folder, 'config.yaml')]
      const replay = ['explain', ...config, '--pcap', file, '--state', 'pending']
      const text = await network.run([process.execPath, main, ...replay])
      t.match(text, /firmware \(x64-efi\), host node1 in state pending, network lab: DHCP DISCOVER/)
      t.match(text, 'file "ipxe.efi"', file)
      t.match(text, /== tftp: ipxe.efi\n1024 bytes/)
    }

    const second = powerOn(network, { ...settings, pcap: join(quick.folder, 'second.pcap') })
    t.teardown(() => second.powerOff())
    const noted = await waitUntil('the fallback', 60, () => told(/get snponly.efi from now on/))
    t.equal(noted.kind, 'loader')
    await waitUntil('snponly.efi', 60, () => told(/^TFTP: snponly.efi sent/))
    await waitUntil('its script', 90, () => told(/^script: node1 installs lab, attempt 1/))
    const { stdout } = await daemon.cli(['doctor', 'node1'])
    t.notMatch(stdout, 'never asked for DHCP')
    await second.powerOff()
    t.equal(await daemon.kill('SIGTERM'), 0)
  },
)
