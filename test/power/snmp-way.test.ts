import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  type SnmpLogin,
  type SnmpModelName,
  type SnmpWay,
  snmpModelNames,
} from '../../src/boot/power.ts'
import { outletIndex, snmpModels } from '../../src/power/snmp-models.ts'
import { makeFolder } from '../folder.ts'
import { machine, openDesk, said } from './desk.ts'
import { noSnmpd as skip, startAgent } from './snmp-agent.ts'
import { freeUdpPort } from './udp-port.ts'

const outlet = (is: string) => machine('node1', { by: 'pdu', address: '127.0.0.1', outlet: is })
const node1 = outlet('7')

function deskOf(t: Test, model: SnmpModelName, port: number, login: SnmpLogin) {
  const way: SnmpWay = { kind: 'snmp', name: 'pdu', model, port, login, pause: 5 }
  return openDesk(t, [way])
}

async function open(
  t: Test,
  model: SnmpModelName,
  instances: Readonly<Record<string, number>>,
  react?: string,
) {
  const port = await freeUdpPort()
  const agent = await startAgent(t, port, instances, react)
  const file = (name: string) => join(agent.folder, name)
  const by = (login: SnmpLogin) => deskOf(t, model, port, login)
  const opened = by({ version: 2, communityFile: file('secret') })
  // It takes its time to open the port, and this machine may be busy.
  for (let tries = 0; tries < 20; tries++) if ((await opened.desk.run(node1, 'status')).ok) break
  return { ...opened, ...{ agent, by, file } }
}

t.test(
  'an outlet of a real agent is switched, and capacitors have their time',
  { skip },
  async t => {
    const { state } = snmpModels.apc
    const { desk, clock, agent, by, file } = await open(t, 'apc', { [`${state.oid}.7`]: 2 })
    t.equal(said(await desk.run(node1, 'status')), 'off')
    t.equal(said(await desk.run(node1, 'on')), 'on')
    t.equal(said(await desk.run(node1, 'cycle')), 'on')
    t.equal(clock.now, 5000)
    t.equal(said(await desk.run(node1, 'off')), 'off')
    t.strictSame(agent.log().match(/ \d/g), [' 1', ' 2', ' 1', ' 2'])

    const old = by({ version: 1, communityFile: file('secret') }).desk
    t.equal(said(await old.run(node1, 'on')), 'on', 'by SNMP 1')
    for (const desk of [old, by({ version: 2, communityFile: file('secret') }).desk]) {
      t.match(said(await desk.run(outlet('8'), 'status')), /refuses the state of outlet 8: /)
      t.match(said(await desk.run(outlet('8'), 'on')), /refuses on for outlet 8: /)
    }
    const reader = by({ version: 2, communityFile: file('reader') }).desk
    t.equal(said(await reader.run(node1, 'status')), 'on')
    t.match(said(await reader.run(node1, 'off')), /refuses off for outlet 7: .*NoAccess/i)
    t.match(
      said(await by({ version: 2, communityFile: file('none') }).desk.run(node1, 'on')),
      /none cannot be used: ENOENT/,
    )
  },
)

t.test('by a user of SNMP 3, with and without AES', { skip }, async t => {
  const { state } = snmpModels.apc
  const { by, file } = await open(t, 'apc', { [`${state.oid}.7`]: 2 })
  const user = { version: 3, user: 'admin', passwordFile: file('auth') } as const
  t.equal(said(await by({ ...user, privacyFile: file('priv') }).desk.run(node1, 'on')), 'on')
  t.equal(said(await by(user).desk.run(node1, 'off')), 'off')
  for (const wrong of [{ user: 'nobody' }, { passwordFile: file('wrong') }]) {
    const why = said(await by({ ...user, ...wrong }).desk.run(node1, 'status'))
    t.match(why, /refuses the user (admin|nobody) or the password$/)
  }
})

t.test('each maker by its own columns', { skip }, async t => {
  const { state, on, off } = snmpModels.eaton
  const react = `case "$1" in .${on.oid}.0.7) echo 1 > oid.${state.oid}.0.7;; .${off.oid}.0.7) echo 0 > oid.${state.oid}.0.7;; esac`
  const all = { [`${state.oid}.0.7`]: 2, [`${on.oid}.0.7`]: -1, [`${off.oid}.0.7`]: -1 }
  const { desk } = await open(t, 'eaton', all, react)
  t.equal(said(await desk.run(node1, 'status')), 'changing', 'pendingOff')
  t.equal(said(await desk.run(node1, 'on')), 'on')
  t.equal(said(await desk.run(node1, 'off')), 'off')
})

t.test('a PDU that obeys and does not switch is told', { skip }, async t => {
  const { state, on } = snmpModels.raritan
  const { desk } = await open(t, 'raritan', { [`${state.oid}.1.7`]: 8, [`${on.oid}.1.7`]: 0 })
  t.match(said(await desk.run(node1, 'on')), /it said yes, and after 60 s the machine is off/)
})

t.test('a daemon that stops waits for nobody', async t => {
  const folder = makeFolder(t, { secret: 'secret\n' })
  const login = { version: 2, communityFile: join(folder, 'secret') } as const
  const { desk, end } = deskOf(t, 'apc', await freeUdpPort(), login)
  const asked = desk.run(node1, 'status')
  setImmediate(() => end.abort())
  t.match(said(await asked), /: the daemon stops$/)
  t.match(said(await desk.run(node1, 'status')), /: the daemon stops$/)
})

t.test('nobody there, and no such name', async t => {
  const folder = makeFolder(t, { secret: 'secret\n' })
  const login = { version: 2, communityFile: join(folder, 'secret') } as const
  const nobody = deskOf(t, 'apc', await freeUdpPort(), login).desk
  t.match(said(await nobody.run(node1, 'status')), /does not answer, or not to this community$/)
  const named = machine('node1', { by: 'pdu', address: 'pdu.invalid', outlet: '7' })
  t.match(said(await deskOf(t, 'apc', 161, login).desk.run(named, 'status')), /cannot be reached: /)
})

t.test('where an outlet stands in the OID', async t => {
  const index = (model: SnmpModelName, outlet: string) => outletIndex(snmpModels[model], outlet)
  t.equal(index('apc', '7'), '7')
  t.equal(index('raritan', '7'), '1.7')
  t.equal(index('raritan', '2.7'), '2.7')
  t.equal(index('servertech', '7'), '1.1.7')
  t.equal(index('servertech', '2.7'), '1.2.7')
  t.equal(index('servertech', '2.1.7'), '2.1.7')
  for (const model of snmpModelNames) {
    const { state, on, off } = snmpModels[model]
    for (const { oid } of [state, on, off]) t.match(oid, /^1\.3\.6\.1(\.\d+)+$/)
    t.not(state.on, state.off)
    t.notSame(on, off)
  }
})
