import { writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { createHosts } from '../../src/store/hosts.ts'
import { openPostgres } from '../../src/store/postgres/engine.ts'
import { until } from '../daemon/daemon.ts'
import { forTests } from './engines.ts'
import { lacksPostgres, startPostgres } from './postgres-server.ts'

async function open(t: Test, urlFile: string, daemon: string) {
  const lost: Error[] = []
  const { db, peers } = await openPostgres({
    ...{ ...forTests, urlFile, daemon, waits: () => {} },
    lost: error => lost.push(error),
  })
  t.teardown(() => db.close())
  return { db, peers, lost, hosts: createHosts(db) }
}

t.test('the database fails over to its standby', { skip: lacksPostgres }, async t => {
  const server = await startPostgres(t)
  const { urlFile } = server.newDatabase()
  const standby = await server.addStandby(t)
  const hosts = [server, standby].map(({ folder }) => encodeURIComponent(folder))
  // The standby comes first: it is passed over.
  writeFileSync(urlFile, `postgres://bootwright@${hosts.toReversed().join(',')}/test1\n`)
  const first = await open(t, urlFile, 'first')
  const second = await open(t, urlFile, 'second')
  first.hosts.know('node1')
  await first.db.committed()
  await until('what the one that stands by has read', () => second.hosts.get('node1'))

  await server.stop('SIGQUIT')
  first.hosts.know('node2')
  await t.rejects(first.db.committed(), { message: /^the database is away/ })
  standby.promote()
  await until('that it is there again', () => first.db.away?.() === undefined)
  first.hosts.know('node3')
  await first.db.committed()
  t.equal(standby.psql('test1', 'select daemon, epoch from owners'), 'first|1')
  t.equal(
    standby.psql('test1', "select string_agg(name, ' ' order by name) from hosts"),
    'node1 node2 node3',
    'what was done while nobody had it is there too',
  )
  await until('what the one that stands by has read', () => second.hosts.get('node3'))

  await first.db.close()
  await second.peers.works
  second.hosts.know('node4')
  await second.db.committed()
  t.equal(standby.psql('test1', 'select daemon, epoch from owners'), 'second|2')
  t.strictSame([first.lost, second.lost], [[], []])
})
