import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { lacksPostgres, startPostgres } from '../store/postgres-server.ts'
import { layCable } from './cable.ts'
import { openDhcpWire } from './client.ts'
import { type Daemon, makeDaemon, until } from './daemon.ts'
import { ask, makeMachine, show } from './machine.ts'
import { mac1, mac2, type Settings } from './settings.ts'

const skip = { skip: lacksPostgres }
const quiet: Settings = { kernel: 'images/kernel', initrd: 'images/initrd', cmdline: 'auto' }

/** Two daemons on one database; each has ports of its own, and a cable to the database of its own. */
async function makeSite(t: Test) {
  const server = await startPostgres(t)
  const { urlFile, psql } = server.newDatabase()
  const folder = /host=(\S+)/.exec(readFileSync(urlFile, 'utf8'))?.[1] ?? ''
  const settings = { callbacks: {}, profiles: { debian: quiet } }
  const first = await makeDaemon(t, { ...settings, store: { postgres: { urlFile: 'pg-url' } } })
  const cable = await layCable(t, join(folder, '.s.PGSQL.5432'))
  const name = /@(\/\w+)/.exec(readFileSync(urlFile, 'utf8'))?.[1] ?? ''
  first.write('pg-url', `postgres://bootwright@127.0.0.1:${cable.port}${name}`)
  const second = await makeDaemon(t, {
    ...{ ...settings, store: { postgres: { urlFile } } },
    assets: join(first.folder, 'assets'),
  })
  await first.start()
  const took = second.start()
  await until('a daemon that stands by', () =>
    second.logs().some(({ msg }) => msg.startsWith('standing by: ')),
  )
  return { psql, first, second, took, cable }
}

/** Who asks the first one for an address and for an install, which only the one that has the database may give. */
async function askInVain(t: Test, first: Daemon): Promise<void> {
  const answer = await ask(first, 'node2').catch(String)
  t.notMatch(answer, /^[0-9A-Z]{20,}$/, 'no install is asked for there')
}

type Site = Awaited<ReturnType<typeof makeSite>>

/** What it wrote since the other one has the database. */
async function nothingOfFirst(t: Test, { psql, first, second }: Site): Promise<void> {
  const lost = () => /another daemon has taken over the database/.test(first.errors())
  await until('the end of the first', lost)
  t.equal(psql(`select count(*) from installs where host = 'node2'`), '0')
  t.equal(psql('select epoch from owners'), '2', 'nobody else has had it')
  t.match((await show(second, 'node1')).host, { state: 'installed', attempt: 2 })
}

/** The machine is in the middle of its install, and the second daemon brings it to its end. */
async function installWith(t: Test, { first, second, took }: Site, end: () => void): Promise<void> {
  const install = await ask(first, 'node1')
  const wire = await openDhcpWire(t, first.ports)
  const machine = makeMachine(first, wire, mac1)
  await machine.lease()
  t.equal((await machine.script()).status, 200)
  const address = machine.address()
  end()
  const begun = performance.now()
  await took
  t.comment(`taken over after ${Math.round(performance.now() - begun)} ms`)
  const other = makeMachine(second, await openDhcpWire(t, second.ports), mac1)
  await other.lease()
  t.equal(other.address(), address, 'the same address')
  t.equal((await other.script()).status, 200, 'it boots its installer again')
  t.equal((await other.phoneHome('done')).status, 204)
  t.match((await show(second, 'node1')).host, { state: 'installed', install })
}

t.test('a daemon that was stopped and goes on writes nothing', skip, async t => {
  const site = await makeSite(t)
  const { first } = site
  await installWith(t, site, () => process.kill(first.pid(), 'SIGSTOP'))
  const vain = askInVain(t, first)
  process.kill(first.pid(), 'SIGCONT')
  await vain
  await nothingOfFirst(t, site)
})

t.test('the cable of the daemon that works to the database is cut', skip, async t => {
  const site = await makeSite(t)
  const { first, cable } = site
  await installWith(t, site, cable.cut)
  await until('what it says of that', async () => {
    const ready = await fetch(`${first.url}/readyz`)
    return /the database is away/.test(await ready.text())
  })
  const wire = await openDhcpWire(t, first.ports)
  const stranger = makeMachine(first, wire, mac2)
  wire.send(stranger.discover())
  await askInVain(t, first)
  cable.mend()
  await nothingOfFirst(t, site)
})
