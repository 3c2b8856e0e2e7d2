import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { option } from '../../src/wire/dhcp-codes.ts'
import { lacksPostgres, startPostgres } from '../store/postgres-server.ts'
import { openDhcpWire } from './client.ts'
import { bootwright, type Daemon, makeDaemon, until } from './daemon.ts'
import { ask, makeMachine, show } from './machine.ts'
import { mac1, mac2, type Settings } from './settings.ts'

const skip = { skip: lacksPostgres }

/** A daemon whose memory is in a PostgreSQL of its own, not started yet. */
async function site(t: Test) {
  const server = await startPostgres(t)
  const { urlFile, psql } = server.newDatabase()
  const store = { postgres: { urlFile } }
  const daemon = await makeDaemon(t, { store, callbacks: {}, profiles: { debian: quiet } })
  return { server, psql, daemon, store }
}

const quiet: Settings = { kernel: 'images/kernel', initrd: 'images/initrd', cmdline: 'auto' }

/** Another computer with the same config and files; it takes the ports when they are free. */
async function another(
  t: Test,
  { daemon: { ports, folder }, store }: Awaited<ReturnType<typeof site>>,
) {
  return makeDaemon(t, {
    ...{ store, callbacks: {}, profiles: { debian: quiet } },
    assets: join(folder, 'assets'),
    http: { port: ports.http },
    tftp: { port: ports.tftp },
    dhcp: { port: ports.dhcp, proxyPort: ports.proxy },
    admin: { tokenFile: join(folder, 'data/admin-token') },
  })
}

/** One with ports of its own, and the same folders otherwise. */
async function beside(t: Test, { daemon: { folder }, store }: Awaited<ReturnType<typeof site>>) {
  return makeDaemon(t, {
    ...{ store, callbacks: {}, profiles: { debian: quiet } },
    assets: join(folder, 'assets'),
  })
}

/** The page of a daemon that keeps nothing. */
async function logIn(t: Test, { url, folder }: Daemon): Promise<void> {
  const token = readFileSync(join(folder, 'data/admin-token'), 'utf8').trim()
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ token })
  const session = await fetch(`${url}/api/v1/session`, { method: 'POST', headers, body })
  t.equal(session.status, 200)
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? ''
  t.equal((await fetch(`${url}/api/v1/hosts`, { headers: { cookie } })).status, 200)
  const forged = { 'x-bootwright-forwarded': '{"name":"me","scope":"admin","address":"::1"}' }
  t.equal((await fetch(`${url}/api/v1/hosts`, { headers: forged })).status, 401)
}

/** Server-sent events, as they come. */
function followEvents({ url, folder }: Daemon) {
  const abort = new AbortController()
  const token = readFileSync(join(folder, 'data/admin-token'), 'utf8').trim()
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
  let [text, open] = ['', false]
  const read = async () => {
    const answer = await fetch(`${url}/api/v1/events`, { headers, signal: abort.signal })
    open = answer.ok
    for await (const chunk of answer.body ?? []) text += Buffer.from(chunk).toString()
  }
  read().catch(() => {})
  return { text: () => text, isOpen: () => open, end: () => abort.abort() }
}

const answers = (daemon: Daemon) => () =>
  fetch(daemon.url).then(
    ({ ok }) => ok,
    () => false,
  )

const standsBy = (daemon: Daemon) => () =>
  daemon.logs().some(({ msg }) => msg.startsWith('standing by: '))

t.test('kill -9 of the daemon that works: the one that stands by goes on', skip, async t => {
  const place = await site(t)
  const { daemon: first, psql } = place
  await first.start()
  const wire = await openDhcpWire(t, first.ports)
  const machine = makeMachine(first, wire, mac1)
  const second = await another(t, place)
  const took = second.start()
  await until('a daemon that stands by', standsBy(second))
  const install = await ask(first, 'node1')
  await machine.lease()
  const script = await machine.script()
  const { state, since, attempt } = (await show(first, 'node1')).host

  await first.kill()
  const begun = performance.now()
  await took
  t.comment(`taken over after ${Math.round(performance.now() - begun)} ms`)
  t.match((await show(first, 'node1')).host, { state, since, attempt, install })
  t.strictSame(await machine.script(), script, 'the same boot, the same bytes')
  const kernel = /http\S+kernel/.exec(script.text)?.[0] ?? script.text
  t.match(await machine.fetch(kernel), { status: 200 }, kernel)
  t.equal((await machine.phoneHome('ready')).status, 204)

  // What was killed comes back, and waits until the other leaves.
  const back = first.start()
  await until('the first, standing by', standsBy(first))
  t.equal((await machine.phoneHome('done')).status, 204)
  t.equal((await second.stop()).code, 0)
  await back
  const { host, events } = await until('what it remembers', () =>
    show(first, 'node1').catch(() => undefined),
  )
  t.match(host, { state: 'installed', install, attempt: 1 })
  t.ok(events.some(({ kind }) => kind === 'phone-home'))
  t.equal(psql('select epoch from owners'), '3')
})

t.test('a daemon that stands by shows all hosts, and takes what is asked', skip, async t => {
  const place = await site(t)
  const { daemon: first } = place
  await first.start()
  const second = await beside(t, place)
  const took = second.start()
  await until('a daemon that stands by', standsBy(second))
  await until('its page', answers(second))
  const told = followEvents(second)
  t.teardown(() => told.end())
  await until('the stream', told.isOpen)

  const install = await ask(second, 'node1')
  t.match((await show(first, 'node1')).host, { state: 'pending', install })
  await until('the wish where it was asked', async () => {
    const { host } = await show(second, 'node1')
    return host.state === 'pending' && host.install === install
  })
  const wire = await openDhcpWire(t, first.ports)
  const machine = makeMachine(first, wire, mac1)
  await machine.lease()
  await until('its lease', async () => (await second.cli('leases')).stdout.includes(mac1))
  t.match(await second.cli('hosts'), { code: 0, stdout: /node1 +pending/ })
  await until('what happens', () => told.text().includes('"kind":"state"'))
  t.match(await second.cli('unknown'), { code: 0 }, 'what only the other one knows')

  const script = await fetch(`${second.url}/boot/${mac1}/boot.ipxe`)
  t.equal(script.status, 403, 'machines are answered by the first: this is none of its hosts')
  const image = await fetch(`${second.url}/boot/${mac1}/image.iso`)
  t.equal(image.status, 503, 'but for streams')
  t.equal(image.headers.get('retry-after'), '1')
  const readyz = await fetch(`${second.url}/readyz`)
  t.equal(readyz.status, 503)
  t.match(await readyz.text(), /^standing by: \S+ has the database since /)

  const ready = (daemon: Daemon, name = 'lo') => bootwright(['ready', name, '--server', daemon.url])
  t.match(await ready(first), { code: 0, stdout: 'ready\n' })
  t.match(await ready(second), { code: 1, stderr: /^bootwright ready: standing by: / })
  t.match(await ready(first, 'no/net'), { code: 1, stderr: /has no network no\/net\n$/ })

  t.match(await second.cli('cancel', 'node1', '--yes'), { code: 0 })
  t.match((await show(first, 'node1')).host, { state: 'idle' })
  t.match(await second.cli('cancel', 'node1', '--yes'), { code: 1, stderr: /not under way|idle/ })
  t.match(await second.cli('daemons'), {
    code: 0,
    stdout: new RegExp(`${first.ports.http} +working +lo .*\n.*${second.ports.http} +standing by`),
  })
  t.match(await second.reload(), { msg: 'config reloaded' })
  t.match(await second.cli('reload'), { code: 0 })
  await logIn(t, second)

  await first.kill()
  await took
  t.equal((await fetch(`${second.url}/readyz`)).status, 200)
  t.match(await ready(second), { code: 0 })
  t.match(await ready(first), { code: 3, stderr: /no daemon answers at/ })
  t.match(await second.get('/daemons'), {
    daemons: [
      { state: 'silent', networks: [] },
      { state: 'working', networks: ['lo'] },
    ],
  })
  t.ok(await ask(second, 'node1'))
})

t.test('a machine goes on at the other daemon, wherever the first dies', skip, async t => {
  const place = await site(t)
  const { daemon: first, psql } = place
  await first.start()
  const second = await beside(t, place)
  const took = second.start()
  const isSeen = () => psql(`select count(*) from daemons where urls::text like '%http%'`) === '2'
  await until('two that tell where they are', isSeen)
  await until('the page of the second', answers(second))
  await ask(first, 'node1')
  const wire = await openDhcpWire(t, first.ports)
  const machine = makeMachine(first, wire, mac1)
  await machine.lease()
  const script = await until('a script with both', async () => {
    const answer = await machine.script()
    return answer.text.includes(second.url) && answer
  })
  const urls = [...script.text.matchAll(/^(?:kernel|initrd) .*$/gm)].map(([line]) =>
    line.match(/http:\S+\/assets\S+/g)?.map(url => url.replace(/^http:\/\/[^/]*/, '')),
  )
  t.strictSame(urls, [
    ['/assets/images/kernel', '/assets/images/kernel'],
    ['/assets/images/initrd', '/assets/images/initrd'],
  ])
  t.match(script.text, `kernel --timeout 30000 ${first.url}/assets/images/kernel initrd=`)
  const there = makeMachine(second, wire, mac1, { at: machine.address() })
  t.match(await there.fetch(`${second.url}/assets/images/kernel`), { status: 200 })
  const find = await fetch(`${second.url}/boot.ipxe`)
  t.match(await find.text(), new RegExp(`${second.url}/boot/.* \\|\\| chain .*${first.url}/boot/`))
  t.equal((await there.script()).text, script.text, 'the first answers, whoever is asked')

  // What comes in between waits for the one that takes over.
  await first.kill()
  const taken = await there.script()
  await took
  t.equal(taken.status, 200)
  t.match(taken.text, `kernel --timeout 30000 ${second.url}/assets/images/kernel initrd=`)
  t.match(taken.text, `bootwright=${second.url}/phone-home/${machine.token()} `)
  t.equal((await there.phoneHome('ready')).status, 204)
  t.match((await show(second, 'node1')).host, { state: 'installing', attempt: 1 })

  // Whoever still speaks to the first is heard when that one is back.
  const back = first.start()
  await until('the page of the first', answers(first))
  t.equal((await machine.phoneHome('done')).status, 204)
  t.match((await show(second, 'node1')).host, { state: 'installed', attempt: 1 })
  await second.stop()
  await back
})

/** Asks for an install as somebody does who will ask again when he is not answered. */
async function askAgain({ url, folder }: Daemon, host: string): Promise<Response> {
  const token = readFileSync(join(folder, 'data/admin-token'), 'utf8').trim()
  return fetch(`${url}/api/v1/installs`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      'idempotency-key': 'one wish',
    },
    body: JSON.stringify({ hosts: [host] }),
  })
}

t.test('the database is away, and comes back', skip, async t => {
  const { server, daemon, psql } = await site(t)
  await daemon.start()
  const wire = await openDhcpWire(t, daemon.ports)
  const machine = makeMachine(daemon, wire, mac1)
  const idle = makeMachine(daemon, wire, mac2)
  await machine.lease()
  await idle.lease()
  await ask(daemon, 'node1')
  const address = machine.address()

  await server.stop('SIGQUIT')
  await until('what readyz says', async () => {
    await idle.script()
    const ready = await fetch(`${daemon.url}/readyz`)
    return ready.status === 503 && /the database is away/.test(await ready.text())
  })
  const ack = await machine.lease()
  t.equal(machine.address(), address, 'a lease that is known goes on')
  t.ok(Buffer.from(ack.options.get(option.leaseTime) ?? []).readUInt32BE() <= 3600)
  t.match(await idle.script(), { status: 200, text: /^#!ipxe/ }, 'who is not due boots its disk')
  t.equal((await machine.script()).status, 503, 'and who is due waits')
  t.match(await show(daemon, 'node2').catch(String), /500|503/, 'what people read is not there')
  const asked = [await askAgain(daemon, 'node2'), await askAgain(daemon, 'node2')]
  t.strictSame(
    asked.map(({ status }) => status),
    [503, 503],
    'what is repeated is not kept either',
  )

  await server.start()
  await until(
    'the database again',
    async () => (await fetch(`${daemon.url}/readyz`)).status === 200,
  )
  const kept = await (await askAgain(daemon, 'node2')).text()
  t.match(kept, psql(`select string_agg(id, ' ') from installs where host = 'node2'`), 'and one')
  t.equal((await machine.script()).status, 200)
  t.equal((await machine.phoneHome('done')).status, 204)
  t.match((await show(daemon, 'node1')).host, { state: 'installed', attempt: 1 })
  t.equal(psql(`select count(*) from leases where state = 'active'`), '2')
})

t.test('what cannot be opened is said in one sentence', skip, async t => {
  const { server, daemon, psql, store } = await site(t)
  writeFileSync(store.postgres.urlFile, 'db1.example')
  t.match(await daemon.run(), {
    code: 1,
    stderr: /^bootwright: the URL of the database is to be one line like .*\n$/,
  })
  daemon.configure({ store: { postgres: { urlFile: 'nowhere' } } })
  t.match(await daemon.run(), { code: 1, stderr: /^bootwright: cannot read the URL .*ENOENT.*\n$/ })
  t.equal(psql('select 1'), '1')
  await server.stop()
})
