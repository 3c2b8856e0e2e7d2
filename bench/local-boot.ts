import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { labConfig, serverNetwork } from '../test/lab/config.ts'
import type { Firmware, Netboots } from '../test/lab/firmware.ts'
import { createLab, type Lab } from '../test/lab/lab.ts'

/**
 * Seconds from power on to the system on the disk for a host that is not due, by each door and each way
 * of sending it there, in emulation (root; the packages of the lab). The first row of each firmware
 * boots its disk without asking the network: what the others need more is the price of the door.
 *
 *   npm run bench:local-boot [part of a row's name]
 */
interface Row {
  readonly door: string
  readonly firmware: Firmware
  /** Keys of the host. */
  readonly host?: string
  readonly diskFirst?: boolean
  readonly netboots?: Netboots
}

const rows: readonly Row[] = [
  { door: 'BIOS, disk first', firmware: 'bios', diskFirst: true },
  { door: 'BIOS, auto: the script of the ROM’s iPXE', firmware: 'bios' },
  { door: 'BIOS, silent', firmware: 'bios', host: 'localBoot: silent' },
  { door: 'BIOS, PXELINUX', firmware: 'bios', host: 'loader: pxelinux.0' },
  { door: 'UEFI, disk first', firmware: 'uefi', diskFirst: true },
  { door: 'UEFI PXE, auto: an offer without a file', firmware: 'uefi' },
  { door: 'UEFI PXE, loader: iPXE', firmware: 'uefi', host: 'localBoot: loader' },
  {
    door: 'UEFI PXE, loader: shim and GRUB',
    firmware: 'uefi',
    host: 'localBoot: loader, loader: shimx64.efi',
  },
  { door: 'UEFI PXE, silent', firmware: 'uefi', host: 'localBoot: silent' },
  { door: 'UEFI HTTP Boot, auto: no such file', firmware: 'uefi', netboots: 'ipv4-http' },
  {
    door: 'UEFI HTTP Boot, loader: iPXE',
    firmware: 'uefi',
    host: 'localBoot: loader',
    netboots: 'ipv4-http',
  },
]

/** A daemon that just started first listens for other DHCP servers. */
const listening = 5000

const [wanted = ''] = process.argv.slice(2)
const lab = await createLab({ ipv6Router: false })
const results: { door: string; seconds: number }[] = []
for (const [n, row] of rows.filter(({ door }) => door.includes(wanted)).entries()) {
  const seconds = await measure(lab, row, n)
  results.push({ door: row.door, seconds })
  process.stderr.write(`${seconds.toFixed(1).padStart(6)} s  ${row.door}\n`)
}
lab.remove()
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)

async function measure(lab: Lab, row: Row, n: number): Promise<number> {
  const mac = `52:54:00:12:35:${n.toString(16).padStart(2, '0')}`
  const address = `10.77.0.${20 + n}`
  const { host, firmware, diskFirst = false, netboots = 'ipv4' } = row
  const settings = { network: serverNetwork, mac, address, ...(host !== undefined && { host }) }
  const daemon = await lab.startDaemon(labConfig(lab, settings))
  const machine = await lab.addMachine({ firmware, mac, diskFirst, netboots })
  await fillDisk(lab, machine.disk)
  await sleep(listening)
  const begin = performance.now()
  const { serial, powerOff } = machine.powerOn()
  await serial.waitFor(/lab: BOOTED FROM DISK/, 240)
  const seconds = (performance.now() - begin) / 1000
  await powerOff()
  await daemon.kill('SIGTERM')
  return seconds
}

async function fillDisk(lab: Lab, disk: string): Promise<void> {
  const image = createReadStream(join(lab.folder, 'assets/images/lab/disk.img.gz'))
  await pipeline(image, createGunzip(), createWriteStream(disk, { flags: 'r+' }))
}
