import { rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openSqlite } from '../../src/store/sqlite.ts'
import { http, openDhcpWire } from './client.ts'
import { makeDaemon, startDaemon } from './daemon.ts'
import { ask, bringTo, makeMachine, show, timeline, underWay } from './machine.ts'
import { debian, mac1, mac2, type Settings } from './settings.ts'

const scriptOf = (mac: string) => `/boot/${mac.replaceAll(':', '-')}/boot.ipxe`

async function lan(t: Test, change: Settings = {}) {
  const daemon = await startDaemon(t, change)
  const wire = await openDhcpWire(t, daemon.ports)
  const [machine, other] = [mac1, mac2].map(mac => makeMachine(daemon, wire, mac))
  if (!machine || !other) throw new Error('unreachable')
  return { daemon, wire, machine, other }
}

const firstBoot = { profiles: { debian: { ...debian, ask: 'first-boot' } } }

for (const state of underWay) {
  t.test(`dataDir deleted while ${state}: a restart installs nobody`, async t => {
    const { daemon, machine } = await lan(t, firstBoot)
    await bringTo(state, daemon, 'node1', machine)
    const token = machine.token()
    await daemon.kill()
    rmSync(join(daemon.folder, 'data'), { recursive: true })
    await daemon.start()
    t.match((await show(daemon, 'node1')).host, { state: 'idle', install: null, attempt: 0 })
    t.equal((await machine.lease()).file, '', 'no loader')
    t.equal((await machine.lease('ipxe')).file, `${daemon.url}${scriptOf(mac1)}`)
    t.match((await machine.script()).text, /^#!ipxe\necho Disk: node1 is idle/)
    if (token) {
      t.equal((await machine.phoneHome('ready')).status, 404)
      t.equal((await http(daemon.ports.http, `/files/${token}/answers`)).status, 404)
    }
    t.match((await show(daemon, 'node1')).host, { state: 'idle', install: null })
  })
}

t.test('20 GETs of one script are one attempt and one token', async t => {
  const { daemon, machine } = await lan(t)
  await bringTo('pending', daemon, 'node1', machine)
  await machine.lease()
  const scripts = await Promise.all(Array.from({ length: 20 }, () => machine.script()))
  t.equal(new Set(scripts.map(({ text }) => text)).size, 1)
  t.match(scripts[0], { status: 200, text: /attempt 1\n.*bootwright=/s })
  t.match((await show(daemon, 'node1')).host, { state: 'booting', attempt: 1 })

  await machine.lease()
  t.match((await machine.script()).text, 'attempt 2', 'a DISCOVER begins a new boot')
})

t.test('HEAD counts nothing', async t => {
  const { daemon, machine } = await lan(t)
  await bringTo('pending', daemon, 'node1', machine)
  await machine.lease()
  const before = (await show(daemon, 'node1')).host
  for (let n = 0; n < 5; n++) {
    const ask = { method: 'HEAD', from: machine.address() }
    t.match(await http(daemon.ports.http, scriptOf(mac1), ask), { status: 200, text: '' })
  }
  t.strictSame((await show(daemon, 'node1')).host, before)
  t.match((await machine.script()).text, 'attempt 1')
})

t.test('the script of a due host is for that machine only', async t => {
  const { daemon, machine, other } = await lan(t)
  await machine.lease()
  await other.lease()
  await ask(daemon, 'node1')
  const pending = (await show(daemon, 'node1')).host
  await refusedFrom(other.address())
  await refusedFrom('127.0.0.200')
  t.strictSame((await show(daemon, 'node1')).host, pending, 'no attempt was opened')

  const script = await machine.script()
  const booting = (await show(daemon, 'node1')).host
  await refusedFrom(other.address())
  t.strictSame((await show(daemon, 'node1')).host, booting)
  t.strictSame(await machine.script(), script, 'the same token')
  const file = `/files/${machine.token()}/answers`
  t.equal((await http(daemon.ports.http, file, { from: other.address() })).status, 403)
  t.equal((await show(daemon, 'node1')).host.state, 'booting', 'no sign of life')

  async function refusedFrom(from: string) {
    const answer = await http(daemon.ports.http, scriptOf(mac1), { from })
    t.equal(answer.status, 403)
    t.notMatch(answer.text, machine.token() || 'bootwright=')
    const told = (await timeline(daemon, 'node1')).filter(text => text.includes(from))
    t.match(told, [/refused/], `the timeline names ${from}`)
  }
})

t.test('a wrong, an old and another host’s token change nothing', async t => {
  const { daemon, machine, other } = await lan(t)
  const { ports } = daemon
  await bringTo('booting', daemon, 'node1', machine)
  const old = machine.token()
  await ask(daemon, 'node1', { replace: true })
  await machine.lease()
  await machine.script()
  await bringTo('booting', daemon, 'node2', other)
  const states = async () => [
    (await show(daemon, 'node1')).host,
    (await show(daemon, 'node2')).host,
  ]
  const before = await states()

  const wrong = [old, 'x', '%00', '..%2f..', `${machine.token()}x`, machine.token().slice(1)]
  for (const token of [...wrong, machine.token().toLowerCase(), 'a'.repeat(5000)]) {
    for (const event of ['ready', 'progress', 'done', 'failed', 'up', 'again']) {
      const path = `/phone-home/${token}?event=${event}`
      const { status } = await http(ports.http, path, { from: machine.address() })
      t.ok(status === 404 || (token.length > 256 && status === 414), `${event}: ${status}`)
    }
    const file = await http(ports.http, `/files/${token}/answers`, { from: machine.address() })
    t.ok(file.status === 404 || (token.length > 256 && file.status === 414))
  }
  t.strictSame(await states(), before)

  for (const event of ['ready', 'progress', 'done', 'failed', 'up', 'again']) {
    const theirs = `/phone-home/${other.token()}?event=${event}`
    t.equal((await http(ports.http, theirs, { from: machine.address() })).status, 404, event)
  }
  const file = `/files/${other.token()}/answers`
  t.equal((await http(ports.http, file, { from: machine.address() })).status, 403)
  t.strictSame(await states(), before, 'another host’s')

  await daemon.post('/cancels', { hosts: ['node1'] })
  t.equal((await machine.phoneHome('done')).status, 404, 'after a cancel')
  t.equal((await show(daemon, 'node1')).host.state, 'idle')
})

t.test('first-boot asks only for hosts that are new', async t => {
  const { daemon, wire, machine, other } = await lan(t, {
    ...firstBoot,
    hosts: { node1: { mac: mac1, profile: 'debian' } },
  })
  t.equal((await machine.lease()).file, '', 'it was there when the database was made')
  daemon.configure({ hosts: hostsUpTo(2) })
  await daemon.reload()
  t.equal((await other.lease()).file, 'undionly.kpxe', 'added by a reload')
  t.equal((await show(daemon, 'node2')).host.state, 'pending')

  daemon.configure({ hosts: hostsUpTo(3) })
  await daemon.stop()
  await daemon.start()
  const third = makeMachine(daemon, wire, '52:54:00:00:00:03')
  t.equal((await third.lease()).file, 'undionly.kpxe', 'added while it was down')
  await daemon.post('/cancels', { hosts: ['node3'] })
  t.equal((await third.lease()).file, '', 'once, and not again')
  t.equal((await show(daemon, 'node1')).host.state, 'idle')
})

t.test('first-boot does not ask for a machine that only got another name', async t => {
  const { daemon, machine } = await lan(t, firstBoot)
  await machine.lease()
  daemon.configure({ hosts: { renamed: { mac: mac1, profile: 'debian' } } })
  await daemon.reload()
  t.equal((await machine.lease()).file, '', 'it has its system on its disk')
  t.equal((await show(daemon, 'renamed')).host.state, 'idle')
})

t.test('first-boot asks for nobody when it was killed just after it made the database', async t => {
  const daemon = await makeDaemon(t, firstBoot)
  const database = await openSqlite(join(daemon.folder, 'data'))
  database.close()
  await daemon.start()
  const wire = await openDhcpWire(t, daemon.ports)
  t.equal((await makeMachine(daemon, wire, mac1).lease()).file, '')
  t.equal((await show(daemon, 'node1')).host.state, 'idle')
})

function hostsUpTo(count: number) {
  const hosts = Array.from({ length: count }, (_, n) => [
    `node${n + 1}`,
    { mac: `52:54:00:00:00:0${n + 1}`, profile: 'debian' },
  ])
  return Object.fromEntries(hosts)
}
