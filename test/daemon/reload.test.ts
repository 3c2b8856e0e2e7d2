import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDhcpWire } from './client.ts'
import { startDaemon, until } from './daemon.ts'
import { ask, bringTo, makeMachine, show, timeline, underWay, untilTold } from './machine.ts'
import { openReceiver } from './receiver.ts'
import { debian, mac1, mac2 } from './settings.ts'

const node1 = { mac: mac1, profile: 'debian' }
const node2 = { mac: mac2, profile: 'debian' }

async function lan(t: Test) {
  const daemon = await startDaemon(t)
  const wire = await openDhcpWire(t, daemon.ports)
  const receiver = await openReceiver(t, daemon.ports.hook)
  return { daemon, receiver, machine: makeMachine(daemon, wire, mac1) }
}

t.test('a host that is added', async t => {
  const { daemon } = await lan(t)
  daemon.configure({ hosts: { node1, node2, node3: { mac: '52:54:00:00:00:03' } } })
  t.match(await daemon.reload(), { msg: 'config reloaded', hosts: 3 })
  t.match((await show(daemon, 'node3')).host, { state: 'idle' })
})

t.test('a host that is removed while pending is cancelled, and stays so', async t => {
  const { daemon, receiver, machine } = await lan(t)
  const install = await ask(daemon, 'node1')
  daemon.configure({ hosts: { node2 } })
  await daemon.reload()
  await untilTold(daemon, 'node1', /^pending -> idle: cancelled: it left the config$/)
  await until('the webhook', () => receiver.delivered('cancelled').length === 1)

  daemon.configure({ hosts: { node1, node2 } })
  await daemon.reload()
  const { host, installs } = await show(daemon, 'node1')
  t.match({ host, installs }, { host: { state: 'idle' }, installs: [{ id: install }] })
  t.equal(installs[0]?.outcome, 'cancelled')
  await machine.lease()
  t.match((await machine.script()).text, /^#!ipxe\necho Disk: node1 is idle: cancelled/)
})

t.test('a host that is removed while booting gets the same script in the same boot', async t => {
  const { daemon, machine } = await lan(t)
  await bringTo('booting', daemon, 'node1', machine)
  const before = await machine.script()
  daemon.configure({ hosts: { node2 } })
  await daemon.reload()
  t.strictSame(await machine.script(), before)
  for (const event of ['ready', 'done', 'up']) await machine.phoneHome(event)
  await untilTold(daemon, 'node1', /^verifying -> installed/)
})

for (const [what, hosts] of Object.entries({
  removed: { node2 },
  renamed: { other: node1, node2 },
})) {
  t.test(`a host that is ${what} while installing goes on to its end`, async t => {
    const { daemon, receiver, machine } = await lan(t)
    await bringTo('installing', daemon, 'node1', machine)
    daemon.configure({ hosts })
    await daemon.reload()
    t.equal((await machine.phoneHome('progress', { percent: 50 })).status, 204)
    t.equal((await machine.phoneHome('done')).status, 204)
    await untilTold(daemon, 'node1', /^installing -> verifying/)
    t.equal((await machine.phoneHome('up')).status, 204)
    await untilTold(daemon, 'node1', /^verifying -> installed/)
    await until('the webhook', () => receiver.delivered('installed').length === 1)
    t.match(receiver.received.at(-1)?.body, { host: 'node1', profile: 'debian' })
    if (what !== 'renamed') return
    t.match((await show(daemon, 'other')).host, { state: 'idle', install: null })
    await machine.lease()
    t.notMatch((await machine.script()).text, 'kernel', 'nobody asked for the new name')
  })
}

t.test('an install keeps what it was asked with', async t => {
  const { daemon, receiver, machine } = await lan(t)
  await ask(daemon, 'node1')
  changeAll()
  await daemon.reload()

  await machine.lease()
  const script = await machine.script()
  t.match(script.text, ' auto url=')
  t.match(script.text, 'echo node1 installs debian, attempt 1')
  const url = / auto url=(\S+)/.exec(script.text)?.[1] ?? ''
  await daemon.reload()
  t.strictSame(await machine.script(), script, 'the script, byte for byte')
  const answers = await machine.fetch(url)
  t.match(answers, { status: 200, text: /^host=node1 attempt=1 to=http:\S+\n$/ })

  daemon.write('answers.txt', 'changed again {{ host.name }}\n')
  await daemon.reload()
  t.strictSame(await machine.fetch(url), answers, 'the answer file, byte for byte')
  for (const event of ['ready', 'done', 'up']) await machine.phoneHome(event)
  t.match((await show(daemon, 'node1')).host, { state: 'installed', profile: 'other' })
  await until('the webhook', () => receiver.delivered('installed').length === 1)
  t.match(receiver.received.at(-1)?.body, { profile: 'debian' }, 'its callbacks are kept too')

  await ask(daemon, 'node1')
  await machine.lease()
  const next = await machine.script()
  t.match(next.text, 'echo node1 installs other, attempt 1')
  t.match(next.text, ' changed ')
  const changed = / changed (\S+)/.exec(next.text)?.[1] ?? ''
  t.match(await machine.fetch(changed), { text: 'changed again node1\n' }, 'the next one is new')

  /** The host has another profile, and everything of the old one has changed. */
  function changeAll() {
    daemon.write('answers.txt', 'changed {{ host.name }}\n')
    const changed = { ...debian, cmdline: 'changed {{ files.answers }}', callbacks: [] }
    daemon.configure({
      hosts: { node1: { mac: mac1, profile: 'other' }, node2 },
      profiles: { debian: changed, other: changed },
    })
  }
})

t.test('a bad config changes nothing and says where it is bad', async t => {
  const { daemon, machine } = await lan(t)
  await bringTo('booting', daemon, 'node1', machine)
  const before = { host: (await show(daemon, 'node1')).host, script: await machine.script() }
  const file = join(daemon.folder, 'config.yaml')
  const lines = readFileSync(file, 'utf8').split('\n')
  const line = lines.findIndex(text => text.includes(mac1)) + 1
  const broken = lines.join('\n').replace(mac1, '52:54').replace('mode: server', 'mode: servant')
  daemon.write('config.yaml', broken)

  t.match(await daemon.reload(), { level: 50, msg: /^reload refused/ })
  const errors = daemon.logs().filter(({ level }) => level >= 50)
  const column = (lines[line - 1] ?? '').indexOf(mac1) + 1
  t.ok(
    errors.some(({ msg }) => msg.startsWith(`${file}:${line}:${column}: hosts.node1.mac: `)),
    'the MAC, with line, column and path',
  )
  t.ok(
    errors.some(({ msg }) => /config\.yaml:\d+:\d+: networks\.lo\.mode: /.test(msg)),
    'the mode too',
  )
  t.strictSame((await show(daemon, 'node1')).host, before.host)
  t.strictSame(await machine.script(), before.script)
  t.match(await machine.lease(), { yiaddr: /\d/ })

  for (const text of ['hosts: [', '', '\0\u0001', 'networks: 5\nhosts: {}\n']) {
    daemon.write('config.yaml', text)
    t.match(await daemon.reload(), { msg: /^reload refused/ }, JSON.stringify(text))
  }
  daemon.configure({ hosts: { node1 } })
  t.match(await daemon.reload(), { msg: 'config reloaded', hosts: 1 })
})

t.test('a reload in every state changes no state', async t => {
  const { daemon, machine } = await lan(t)
  for (const state of underWay) {
    await daemon.post('/cancels', { hosts: ['node1'] })
    await bringTo(state, daemon, 'node1', machine)
    await sameAfterReload(state)
  }
  await machine.phoneHome('up')
  await sameAfterReload('installed')
  await ask(daemon, 'node1')
  await machine.lease()
  await machine.script()
  await machine.phoneHome('failed', { message: 'no disk' })
  await sameAfterReload('failed')
  await ask(daemon, 'node1')
  await daemon.post('/cancels', { hosts: ['node1'] })
  await sameAfterReload('idle')

  async function sameAfterReload(state: string) {
    const { host } = await show(daemon, 'node1')
    t.equal(host.state, state)
    await daemon.reload()
    t.strictSame((await show(daemon, 'node1')).host, host, `still ${state}`)
    const told = (await timeline(daemon, 'node1')).filter(text => / -> /.test(text)).at(-1)
    t.match(told, host.state, `the last word of its timeline is ${state}`)
  }
})

t.test(
  'SIGHUP again and again: one reload after the other, and the last config counts',
  async t => {
    const { daemon } = await lan(t)
    const reloads = () => daemon.logs().filter(({ msg }) => msg === 'config reloaded')
    const signals = 200
    for (let n = 1; n <= signals; n++) {
      const mac = `52:54:00:00:01:${n.toString(16).padStart(2, '0')}`
      daemon.configure({ hosts: { node1, node2, [`new${n}`]: { mac } } })
      process.kill(daemon.pid(), 'SIGHUP')
      if (n % 20 === 0) await show(daemon, 'node1')
    }
    await until('the last one', async () => {
      const { hosts } = await daemon.get<{ hosts: { name: string }[] }>('/hosts')
      return hosts.some(({ name }) => name === `new${signals}`)
    })
    t.ok(reloads().length < signals, `${reloads().length} reloads for ${signals} signals`)
    t.notOk(daemon.logs().find(({ msg }) => /reload (failed|refused)/.test(`${msg}`)))
  },
)
