import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../../patience.ts'
import { labConfig, serverNetwork } from '../config.ts'
import { showWhenFailed } from '../daemon.ts'
import { createLab } from '../lab.ts'
import { labObstacle } from '../packages.ts'

const program = process.env.WIMBOOT
const lacks = 'Debian has no wimboot: WIMBOOT=FILE npm run lab:firmware'
const skip = (await labObstacle()) ?? (program ? false : lacks)
t.setTimeout(fileTimeout(20))

t.test('wimboot starts, has the files under their names, and misses Windows', { skip }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  const assets = join(lab.folder, 'assets')
  for (const folder of ['loaders', 'images/pe'])
    mkdirSync(join(assets, folder), { recursive: true })
  copyFileSync(program ?? '', join(assets, 'loaders/wimboot'))
  // Windows itself is nobody's to give away.
  const files = ['BCD', 'boot.sdi', 'boot.wim'].map(name => `images/pe/${name}`)
  for (const file of files) writeFileSync(join(assets, file), Buffer.alloc(4096, file))
  const mac = '52:54:00:12:34:7d'
  const profile = `\n  pe: { wim: { files: [${files.join()}] }, boot: once }`
  const text = labConfig(lab, { network: serverNetwork, mac, host: 'tags: [pe]' })
    .replace('profile: lab, tags', 'profile: pe, tags')
    .replace('\nprofiles:', `\nprofiles:${profile}`)
  const daemon = await lab.startDaemon(text)
  showWhenFailed(t, daemon, 'node1')
  const asked = await daemon.cli(['install', 'node1', '--yes'])
  t.equal(asked.code, 0, asked.stderr)
  const { serial, powerOff } = (await lab.addMachine({ firmware: 'uefi', mac })).powerOn()
  t.teardown(powerOff)
  await serial.waitFor(/wimboot v\S+ -- Windows Imaging Format bootloader/, 300)
  for (const name of ['BCD', 'boot.sdi', 'boot.wim']) await serial.waitFor(new RegExp(name), 60)
  await serial.waitFor(/FATAL: no bootloader file found/, 60)
  const { stdout } = await daemon.cli(['events', 'node1'])
  t.match(stdout, /boot\.wim sent/)
})
