import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { buildAgent, imageConfig, runMain } from './agent.ts'
import { labConfig, serverNetwork } from './config.ts'
import type { Daemon } from './daemon.ts'
import { makeEmptyDisk, makeGpt } from './disk.ts'
import { createLab, type Lab, type LabMachine } from './lab.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

/* No file of the lab: three boots take long, and the scripts and routes have tests of their own. */

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(20))

const mebibyte = 1024 * 1024
const [mac, otherMac] = ['52:54:00:12:34:75', '52:54:00:12:34:76']

/** Where the ext4 of the image lies, and how long it is. */
const ext4 = { at: 24 * mebibyte, bytes: 39 * mebibyte }

/** An image of an ESP and an ext4, in whose free blocks something is left. */
async function writeGolden(lab: Lab): Promise<void> {
  const raw = join(lab.folder, 'work/disk.img')
  await makeGpt(raw)
  truncateSync(raw, 64 * mebibyte)
  const part = join(lab.folder, 'work/ext4')
  writeFileSync(part, Buffer.alloc(ext4.bytes, 'deleted '))
  const kept = join(lab.folder, 'work/tree')
  spawnSync('mkdir', ['-p', kept])
  writeFileSync(join(kept, 'kept'), 'kept'.repeat(100_000))
  const script = `start=${ext4.at / 512},size=${ext4.bytes / 512},type=L\n`
  const steps = [
    spawnSync('sfdisk', ['-q', '--force', '-a', raw], { input: script }),
    spawnSync('mkfs.ext4', ['-q', '-F', '-E', 'nodiscard', '-d', kept, part]),
    spawnSync('dd', [
      `if=${part}`,
      `of=${raw}`,
      'bs=1M',
      `seek=${ext4.at / mebibyte}`,
      'conv=notrunc',
    ]),
  ]
  for (const { status, stderr } of steps) if (status !== 0) throw new Error(String(stderr))
  await runMain(lab, ['import', raw, 'golden', '--assets', join(lab.folder, 'assets')])
  writeFileSync(join(lab.folder, 'user-data'), 'phoneHome={{ phoneHome }}\n')
}

async function site() {
  const lab = await createLab({ biosOnly: true })
  await buildAgent(lab)
  await writeGolden(lab)
  const hosts =
    `  first: { mac: "${mac}", profile: golden }\n` +
    `  second: { mac: "${otherMac}", profile: copy }`
  const settings = { network: serverNetwork, mac: '52:54:00:12:34:70', hosts }
  const copy =
    '  copy: { extends: golden, image: images/shot.raw.zst, expect: { disk: { size: 256MiB } } }'
  const config = imageConfig(labConfig(lab, settings)).replace('hosts:', `${copy}\nhosts:`)
  const daemon = await lab.startDaemon(config)
  const machine = (mac: string) => lab.addMachine({ firmware: 'bios', mac })
  const [first, second] = [await machine(mac), await machine(otherMac)]
  makeEmptyDisk(second.disk, 256)
  return { lab, daemon, first, second }
}

async function stateOf(daemon: Daemon, name: string): Promise<{ state: string; why: string }> {
  return (await daemon.api(`/api/v1/hosts/${name}`)).body.host
}

/** A machine is installed, and its system says so. */
async function install(t: Test, daemon: Daemon, name: string, machine: LabMachine, image: RegExp) {
  const asked = await daemon.cli(['install', name, '--yes'])
  t.equal(asked.code, 0, asked.stderr)
  const running = machine.powerOn()
  await running.serial.waitFor(image, 300)
  await running.serial.waitFor(/lab: told up/, 300)
  t.match(await stateOf(daemon, name), { state: 'installed' })
  await running.powerOff()
}

/** A daemon that is killed has nothing of the disk when it is started anew. */
async function diesInTheMiddle(daemon: Daemon): Promise<void> {
  await waitUntil('some of it has come', 300, async () => {
    const { events } = (await daemon.api('/api/v1/events?host=first&limit=20')).body
    return events.find(({ text }: { text: string }) => /of 128 MiB of/.test(text))
  })
  await daemon.kill('SIGKILL')
  await daemon.start()
}

/** What is on a disk from 24 MiB on, as a file system. */
function looksSound(t: Test, lab: Lab, disk: string): void {
  const part = join(lab.folder, 'work/part')
  spawnSync('dd', [
    `if=${disk}`,
    `of=${part}`,
    'bs=1M',
    `skip=${ext4.at / mebibyte}`,
    `count=${ext4.bytes / mebibyte}`,
  ])
  const check = spawnSync('e2fsck', ['-fn', part], { encoding: 'utf8' })
  t.equal(check.status, 0, check.stdout)
  const { stdout } = spawnSync('debugfs', ['-R', 'cat /kept', part], { encoding: 'utf8' })
  t.ok(stdout === 'kept'.repeat(100_000), 'its file is there')
  // Inode tables are used, and mkfs leaves them as they were.
  const left = (readFileSync(part, 'latin1').split('deleted ').length * 8) / mebibyte
  t.ok(left < 8, `${left} MiB of what was deleted`)
}

t.test(
  'a disk becomes an image, and boots another machine',
  { skip: obstacle ?? false },
  async t => {
    const { lab, daemon, first, second } = await site()
    t.teardown(() => lab.remove())
    await install(t, daemon, 'first', first, /golden\.raw\.zst is written to \/dev\/vda/)
    const before = join(lab.folder, 'work/before')
    copyFileSync(first.disk, before)

    const asked = await daemon.cli(['capture', 'first', 'shot'])
    t.equal(asked.code, 0, asked.stderr)
    const running = first.powerOn()
    await running.serial.waitFor(/\/dev\/vda becomes the image shot\.raw\.zst/, 300)
    await running.serial.waitFor(/[1-9]\d+ MiB of it are free, and not read/, 60)
    await diesInTheMiddle(daemon)
    await running.serial.waitFor(/once more from its start/, 300)
    await running.serial.waitFor(/is an image, 128 MiB with the right sum/, 600)
    await waitUntil('it is done', 60, async () => {
      const { state, why } = await stateOf(daemon, 'first')
      if (state === 'failed') throw new Error(why)
      return state === 'installed' || undefined
    })
    const told = (await daemon.api('/api/v1/events?host=first&limit=200')).body.events
    const whole = told.filter(({ text }: { text: string }) => /is read whole/.test(text))
    t.strictSame(whole, [], 'it knows all file systems there')
    t.match((await stateOf(daemon, 'first')).why, /captured: \S+shot\.raw\.zst/)
    await running.serial.waitFor(/BOOTED FROM DISK[\s\S]*BOOTED FROM DISK|BOOTED FROM DISK/, 300)
    await running.powerOff()
    t.equal(spawnSync('cmp', [before, first.disk]).status, 0, 'nothing was written to it')
    const images = join(lab.folder, 'assets/images')
    const { bytes } = JSON.parse(readFileSync(join(images, 'shot.raw.zst.json'), 'utf8'))
    t.equal(bytes, 128 * mebibyte)
    t.comment(`${statSync(join(images, 'shot.raw.zst')).size} bytes of a disk of ${bytes}`)

    await install(t, daemon, 'second', second, /shot\.raw\.zst is written to \/dev\/vda/)
    looksSound(t, lab, second.disk)
    const table = spawnSync('sfdisk', ['-d', second.disk], { encoding: 'utf8' }).stdout
    t.equal(table.match(/cidata/g)?.length, 1, 'one seed')
    t.match(spawnSync('sfdisk', ['-V', second.disk]).stdout.toString(), /No errors detected/)
    const [, grown = ''] = /raw2 : start= *\d+, size= *(\d+)/.exec(table) ?? []
    t.ok(Number(grown) * 512 > 200 * mebibyte, `it has the larger disk: ${table}`)
  },
)
