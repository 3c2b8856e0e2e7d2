import { join } from 'node:path'
import t, { type Test } from 'tap'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { createPins } from '../../src/power/pins.ts'
import { machine, openDesk } from './desk.ts'
import { startBmc, type Ways } from './redfish-service.ts'

const node1 = machine('node1', { by: 'bmc', address: '127.0.0.1' })
const firmware = { mode: 'uefi', door: 'pxe' } as const
const medium = 'http://10.77.0.1:8080/assets/media/node1.iso'
const plan = { again: false, firmware, medium, isWanted: () => true }
const now = async () => true

async function open(t: Test, ways: Ways = {}) {
  const bmc = await startBmc(t, ways)
  const pins = createPins(join(bmc.folder, 'pins'))
  const passwordFile = join(bmc.folder, 'password')
  const way = { kind: 'redfish', name: 'bmc', user: 'admin', passwordFile, port: bmc.port } as const
  const { desk } = openDesk(t, [{ ...way, trust: { kind: 'pinned' } }], { pins })
  return { bmc, desk }
}

const rows: readonly [how: string, ways: Ways, inserts: number][] = [
  ['as the standard says', {}, 1],
  ['in a drive of the system (Dell)', { drives: { ofSystem: true } }, 1],
  ['by changing the drive (Lenovo)', { drives: { changed: true } }, 1],
  ['told nothing but the image (Supermicro)', { drives: { imageOnly: true } }, 3],
  ['whose name stays (Supermicro)', { drives: { keepsName: true } }, 1],
  ['taken out without a body', { drives: { bareEject: true } }, 1],
]

for (const [how, ways, inserts] of rows) {
  t.test(`an image is put in, booted from and taken out, ${how}`, async t => {
    const { bmc, desk } = await open(t, ways)
    t.match(await desk.start(node1, plan, now), { ok: true, state: 'on', switchedOn: true })
    t.strictSame(bmc.machine.disc, { image: medium, inserted: true })
    t.match(bmc.machine.boot, {
      BootSourceOverrideTarget: 'Cd',
      BootSourceOverrideEnabled: 'Once',
      BootSourceOverrideMode: 'UEFI',
    })
    const asked = bmc.changes.filter(change => /InsertMedia|VirtualMedia\/Cd /.test(change))
    t.equal(asked.length, inserts)
    const again = await desk.start(node1, plan, now)
    t.match(again, { ok: true }, 'the next attempt')
    t.equal(bmc.changes.filter(change => change.includes(medium)).length, inserts, 'it is in')
    t.strictSame(await desk.eject(node1, medium), { ok: true, was: true })
    t.equal(bmc.machine.disc.inserted, false)
    t.strictSame(await desk.eject(node1, medium), { ok: true, was: false }, 'it is out')
    t.equal(bmc.sessions(), 0)
  })
}

t.test('the drive of Supermicro is on its USB', async t => {
  const { bmc, desk } = await open(t, { manufacturer: 'Supermicro' })
  t.match(await desk.start(node1, plan, now), { ok: true })
  t.match(bmc.machine.boot, { BootSourceOverrideTarget: 'UsbCd' })
})

t.test('another image is taken out for ours, and never by an end of ours', async t => {
  const { bmc, desk } = await open(t)
  const theirs = { image: 'http://elsewhere/x.iso', inserted: true }
  Object.assign(bmc.machine.disc, theirs)
  t.strictSame(await desk.eject(node1, medium), { ok: true, was: false })
  t.strictSame(bmc.machine.disc, theirs)
  t.strictSame(bmc.changes, [])
  t.match(await desk.start(node1, plan, now), { ok: true })
  t.equal(bmc.machine.disc.image, medium)
})

t.test('what cannot put an image in starts nothing', async t => {
  const { bmc, desk } = await open(t, { drives: { none: true } })
  const refused = await desk.start(node1, plan, now)
  t.match(refused, { ok: false })
  if (refused?.ok !== false) return
  t.match(
    sentenceOf(refused.why),
    /refuses virtual media: it has no drive for discs; many BMCs need a licence for it$/,
  )
  t.strictSame(bmc.changes, [], 'it was not reset')
  t.match(await desk.eject(node1, medium), { ok: false })
})

t.test('no other way has a drive', async t => {
  const way = {
    kind: 'command',
    name: 'vm',
    on: ['true'],
    off: ['true'],
    cwd: '/',
    timeout: 9,
    pause: 1,
  } as const
  const { desk } = openDesk(t, [way])
  const host = machine('node1', { by: 'vm' })
  t.match(await desk.start(host, plan, now), { ok: false, why: { code: 'power-no-drive' } })
  t.strictSame(await desk.eject(host, medium), { ok: true, was: false })
})
