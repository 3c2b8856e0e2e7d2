import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { buildAgent, imageConfig, isZero, writeImages } from './agent.ts'
import { labConfig, serverNetwork } from './config.ts'
import type { Daemon } from './daemon.ts'
import { createLab, type Lab, type LabMachine } from './lab.ts'
import type { Machine } from './machine.ts'
import { labObstacle } from './packages.ts'
import { startSwitch } from './switch.ts'
import { waitUntil } from './wait.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(12))

const mac = '52:54:00:12:34:71'
const uuid = '4c4c4544-0042-4310-8031-b1c04f343433'

/** Its disks besides the one that it boots from, by the buses that they are on. */
const others = ['sata', 'nvme', 'scsi'] as const

/** A disk on each other bus, another card, and what a maker writes into the SMBIOS. */
function parts(folder: string): string[] {
  const drive = (id: (typeof others)[number]) => {
    const file = join(folder, `${id}.raw`)
    writeFileSync(file, '')
    truncateSync(file, 64 * 1024 * 1024)
    return ['-drive', `if=none,id=${id},format=raw,file=${file}`]
  }
  return [
    ...drive('sata'),
    ...['-device', 'ich9-ahci,id=ahci', '-device', 'ide-hd,bus=ahci.0,drive=sata,serial=SATA-1'],
    ...drive('nvme'),
    ...['-device', 'nvme,drive=nvme,serial=NVME-1'],
    ...drive('scsi'),
    ...[
      '-device',
      'virtio-scsi-pci,id=bus',
      '-device',
      'scsi-hd,bus=bus.0,drive=scsi,serial=SCSI-1',
    ],
    ...['-netdev', 'hubport,id=alone,hubid=7'],
    ...['-device', 'e1000,netdev=alone,mac=52:54:00:12:34:72,romfile='],
    ...['-smbios', `type=1,manufacturer=Lab,product=Box 9,serial=BOX-1,uuid=${uuid}`],
  ]
}

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

t.test(
  'an unknown machine is discovered, adopted, installed and erased',
  { skip: obstacle ?? false },
  async t => {
    const lab = await createLab({ biosOnly: true })
    t.teardown(() => lab.remove())
    await buildAgent(lab)
    const settings = {
      network: serverNetwork,
      mac: '52:54:00:12:34:70',
      more: 'unknownHosts: discover',
    }
    await writeImages(lab)
    const daemon = await lab.startDaemon(imageConfig(labConfig(lab, settings)))
    const machine = await lab.addMachine({ firmware: 'bios', mac, extra: parts(lab.folder) })
    const before = digest(machine.disk)
    await startSwitch(lab.network, 'leaf7', 'Ethernet12')
    const running = machine.powerOn()
    const { serial } = running
    await serial.waitFor(/This is a machine that nobody knows yet/, 240)
    await serial.waitFor(/page {4}http:\/\/10\.77\.0\.1:8080\//, 10)
    const { body } = await daemon.api('/api/v1/strangers')
    const found = body.strangers.find((row: { mac: string }) => row.mac === mac)
    t.match(found, { waits: true, uuid, serial: 'BOX-1' })
    tellsAll(t, found.facts)
    t.equal(digest(machine.disk), before, 'nothing was written')
    await waitUntil('the port of its switch', 60, async () => {
      const { strangers } = (await daemon.api('/api/v1/strangers')).body
      return (
        strangers.some(({ port }: { port: string }) => port === 'leaf7/Ethernet12') || undefined
      )
    })

    const config = ['--config', join(lab.folder, 'config.yaml')]
    const adopted = await daemon.cli(['adopt', mac, 'r7-n1', '--profile', 'golden', ...config])
    t.equal(adopted.code, 0, adopted.stderr)
    await serial.waitFor(/This is r7-n1/, 30)
    const known = (await daemon.api('/api/v1/hosts/r7-n1')).body.host
    t.match(known, { state: 'idle', facts: { serial: 'BOX-1' } }, 'what it told went along')
    const asked = await daemon.cli(['install', 'r7-n1', '--yes'])
    t.equal(asked.code, 0, asked.stderr)
    await serial.waitFor(/The machine boots again/, 30)
    await getsImage(t, { lab, daemon, machine, running })
    await erases(t, { lab, daemon, machine, running })
    const few = await daemon.cli(['hosts', '--where', 'facts.memory>=1GiB'])
    t.match(few.stderr, /no hosts/)

    await buildAgent(lab, 'again')
    const initrds = ['assets', 'again'].map(name =>
      digest(join(lab.folder, name, 'images/agent/initrd')),
    )
    t.equal(initrds[0], initrds[1], 'the same packages make the same bytes')
  },
)

interface Installing {
  readonly lab: Lab
  readonly daemon: Daemon
  readonly machine: LabMachine
  readonly running: Machine
}

/** An image is written and comes up; then its power is cut half way, and at last its sum is wrong. */
async function getsImage(t: Test, { daemon, machine, running }: Installing): Promise<void> {
  const isBlank = () => isZero(machine.disk, 0) && isZero(machine.disk, 127)
  const host = async () => (await daemon.api('/api/v1/hosts/r7-n1')).body.host
  const install = async (...more: string[]) => {
    const asked = await daemon.cli(['install', 'r7-n1', '--yes', ...more])
    t.equal(asked.code, 0, asked.stderr)
  }
  await running.serial.waitFor(/golden\.raw\.zst is written to \/dev\/vda/, 240)
  await running.serial.waitFor(/BOOTED FROM DISK/, 240)
  await running.serial.waitFor(/lab: told up/, 60)
  t.match(await host(), { state: 'installed', attempt: 1 })
  t.match(spawnSync('sfdisk', ['-V', machine.disk]).stdout.toString(), /No errors detected/)
  await running.powerOff()

  await install()
  const cut = machine.powerOn()
  await cut.serial.waitFor(/golden\.raw\.zst is written to/, 240)
  await waitUntil('the ends of the disk being empty', 60, () => isBlank() || undefined)
  await cut.powerOff()
  t.ok(isBlank(), 'half of it does not boot')
  t.match(await host(), { state: 'installing' })
  const back = machine.powerOn()
  await waitUntil('it came back', 120, async () =>
    (await daemon.api('/api/v1/events?host=r7-n1')).body.events.find(
      ({ code }: { code: string }) => code === 'came-back',
    ),
  )
  await back.powerOff()

  await install('--profile', 'bad', '--replace')
  const last = machine.powerOn()
  await last.serial.waitFor(/the image has the sha256/, 240)
  await waitUntil('it failed', 30, async () => (await host()).state === 'failed' || undefined)
  t.match((await host()).why, /the image has the sha256 \w+, and should have 0{64}/)
  await last.powerOff()
  t.ok(isBlank(), 'nor does what is not what it should be')
}

/** All its disks are emptied, and the record of that is checked by openssl, as docs/agent.md says. */
async function erases(t: Test, { lab, daemon, machine }: Installing): Promise<void> {
  const disks = [machine.disk, ...others.map(id => join(lab.folder, `${id}.raw`))]
  for (const disk of disks) writeBytes(disk)
  const asked = await daemon.cli(['erase', 'r7-n1', '--all-disks', '--yes'])
  t.equal(asked.code, 0, asked.stderr)
  t.match(asked.stdout, /erases every disk that it has: .*NVME-1/)
  const running = machine.powerOn()
  await running.serial.waitFor(/What is on these disks is lost/, 240)
  await waitUntil('its end', 240, async () => {
    const { state, why } = (await daemon.api('/api/v1/hosts/r7-n1')).body.host
    if (state === 'failed') throw new Error(why)
    return state === 'installed' || undefined
  })
  await running.powerOff()
  for (const disk of disks) {
    const { status } = spawnSync('cmp', ['-n', `${statSync(disk).size}`, disk, '/dev/zero'])
    t.equal(status, 0, `${disk} is empty`)
  }
  const folder = join(lab.folder, 'records')
  const saved = await daemon.cli(['erasures', 'r7-n1', '--save', folder])
  t.equal(saved.code, 0, saved.stderr)
  const file = (end: string) =>
    join(folder, readdirSync(folder).find(name => name.endsWith(end)) ?? end)
  const record = JSON.parse(readFileSync(file('.json'), 'utf8'))
  t.match(record, { host: 'r7-n1', erased: true, machine: { serial: 'BOX-1' } })
  const serials = record.disks.map(({ serial }: { serial: string | null }) => serial)
  t.strictSame(serials.sort(), ['NVME-1', 'SATA-1', 'SCSI-1', null])
  const check = ['pkeyutl', '-verify', '-pubin', '-inkey', file('-key.pem'), '-rawin']
  const args = [...check, '-in', file('.json'), '-sigfile', file('.sig')]
  t.match(spawnSync('openssl', args).stdout.toString(), /Signature Verified Successfully/)
}

/** Something at the start, in the middle and at the end of a disk. */
function writeBytes(disk: string): void {
  const { size } = statSync(disk)
  const fd = openSync(disk, 'r+')
  for (const at of [0, size / 2, size - 4096]) writeSync(fd, Buffer.alloc(4096, 'old'), 0, 4096, at)
  closeSync(fd)
}

function tellsAll(t: Test, facts: Record<string, never>): void {
  t.match(facts, { vendor: 'Lab', model: 'Box 9', serial: 'BOX-1', uuid, cpus: 1 })
  t.match(facts.firmware, { mode: 'bios', secureBoot: null })
  t.equal(facts.memory, 512 * 1024 * 1024)
  const rows = (list: readonly Record<string, unknown>[] = [], ...keys: string[]) =>
    list.map(item => keys.map(key => item[key])).sort()
  t.strictSame(rows(facts.disks, 'name', 'bus', 'serial'), [
    ['/dev/nvme0n1', 'nvme', 'NVME-1'],
    ['/dev/sda', 'sata', 'SATA-1'],
    ['/dev/sdb', 'scsi', 'SCSI-1'],
    ['/dev/vda', 'virtio', null],
  ])
  t.strictSame(rows(facts.nics, 'mac', 'driver', 'link'), [
    [mac, 'virtio_net', true],
    ['52:54:00:12:34:72', 'e1000', true],
  ])
}
