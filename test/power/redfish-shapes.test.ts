import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { RedfishWay } from '../../src/boot/power.ts'
import { machine, openDesk, said } from './desk.ts'
import { replay } from './redfish-replay.ts'
import { errorOf, type Shape, shapes } from './redfish-shapes.ts'

const node1 = machine('node1', { by: 'bmc', address: '127.0.0.1' })
const plan = {
  again: false,
  firmware: { mode: 'uefi', door: 'pxe' },
  isWanted: () => true,
} as const
const now = async () => true

async function open(t: Test, shape: Shape) {
  const bmc = await replay(t, shape)
  const way: RedfishWay = {
    ...{ kind: 'redfish', name: 'bmc', user: 'admin', port: bmc.port, trust: { kind: 'none' } },
    passwordFile: join(bmc.folder, 'password'),
  }
  return { bmc, desk: openDesk(t, [way]).desk }
}

for (const shape of shapes) {
  t.test(shape.of, async t => {
    const { bmc, desk } = await open(t, shape)
    t.equal(said(await desk.run(node1, 'status')), 'off')
    t.match(await desk.start(node1, plan, now), { ok: true, state: 'on', switchedOn: true })
    const { path, boot } = shape.taken
    t.match(bmc.boots.get(path), boot)
    for (const [other, is] of bmc.boots) {
      if (other !== path) t.not(is.BootSourceOverrideTarget, 'Pxe', `nothing at ${other}`)
    }
    t.equal(said(await desk.run(node1, 'cycle')), 'on')
    t.match(await desk.shutDown(node1, now), { ok: true, state: 'off' })
    t.strictSame(bmc.resets, ['On', 'ForceRestart', shape.shutDown ?? 'ForceOff'])
    t.equal(bmc.sessions(), 0)
  })
}

const [ilo] = shapes as [Shape]
const refusals: readonly [what: string, info: unknown, said: RegExp][] = [
  [
    'names the message alone',
    [{ MessageId: 'iLO.2.18.PropertyNotWritableX', MessageArgs: ['Boot', '\u001b[2J'] }],
    /refuses the next boot from the network: PropertyNotWritableX Boot .?\[2J$/,
  ],
  ['has one message and no list', { MessageId: 'Base.1.5.X', Message: 'No.' }, /network: No\.$/],
  ['says nothing of it', [], /network: See ExtendedInfo$/],
]
for (const [what, info, expected] of refusals) {
  t.test(`a refusal that ${what}`, async t => {
    const { bmc, desk } = await open(t, { ...ilo, refuses: () => [400, errorOf(info)] })
    const outcome = await desk.start(node1, plan, now)
    t.match(outcome && !outcome.ok && said(outcome), expected)
    t.strictSame(bmc.resets, [], 'and nothing is reset')
  })
}

t.test('a task that comes to nothing is a refusal', async t => {
  const { desk, bmc } = await open(t, {
    ...ilo,
    slash: undefined,
    task: ['Running', 'Exception'],
  } as never)
  const outcome = await desk.start(node1, plan, now)
  t.match(outcome && !outcome.ok && said(outcome), /refuses the next boot from the network/)
  t.strictSame(bmc.resets, [])
})
