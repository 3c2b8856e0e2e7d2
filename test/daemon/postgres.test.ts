import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { option } from '../../src/wire/dhcp-codes.ts'
import { lacksPostgres, startPostgres } from '../store/postgres-server.ts'
import { openDhcpWire } from './client.ts'
import { type Daemon, makeDaemon, until } from './daemon.ts'
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

  await server.start()
  await until(
    'the database again',
    async () => (await fetch(`${daemon.url}/readyz`)).status === 200,
  )
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
