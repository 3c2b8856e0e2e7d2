import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { run } from '../../src/cli/erase.ts'
import { run as runErasures } from '../../src/cli/erasures.ts'
import { fakeIo, type Route, startApi } from './fake.ts'

const accept: Route = ({ body }) => {
  const { hosts, dryRun } = body as { hosts: string[]; dryRun?: boolean }
  const wipes = 'every disk that it has: /dev/vda, serial D, 1.1 GB'
  const answer = { reason: null, profile: 'erase', erases: true, wipes, ok: true }
  return { results: hosts.map(host => ({ ...answer, host, install: dryRun ? null : 'id' })) }
}

t.test('one host is shown with what is erased, and needs a word too', async t => {
  const api = await startApi(t, { 'POST /api/v1/installs': accept })
  const { io, out, err } = fakeIo(t, api.url)
  t.equal(await run(['node1'], io), 2)
  t.strictSame(
    api.seen.map(({ body }) => body),
    [{ hosts: ['node1'], erase: {}, dryRun: true }],
  )
  t.match(err(), /every disk that it has: \/dev\/vda, serial D, 1\.1 GB/)
  t.match(err(), /this is for 1 host; say --yes to erase it/)
  t.equal(out(), '')
})

t.test('yes erases what was shown, and everything else erases nothing', async t => {
  for (const input of ['y\n', 'n\n', '\n', '']) {
    const api = await startApi(t, { 'POST /api/v1/installs': accept })
    const { io, err } = fakeIo(t, api.url, { isTerminal: true, columns: 80, input })
    const isYes = input === 'y\n'
    t.equal(await run(['node1'], io), isYes ? 0 : 1)
    t.match(err(), /Erase this host\? \[y\/N\]/)
    const asked = api.seen.slice(1).map(({ body }) => body)
    t.strictSame(asked, isYes ? [{ erase: {}, hosts: ['node1'] }] : [])
  }
})

t.test('everything is passed on, and several hosts need a word', async t => {
  const api = await startApi(t, { 'POST /api/v1/installs': accept })
  const nobody = fakeIo(t, api.url)
  t.equal(await run(['a', 'b', '--all-disks'], nobody.io), 2)
  t.match(nobody.err(), /this is for 2 hosts; say --yes to erase them/)
  t.equal(api.seen.length, 1, 'nothing was asked for')
  const { io, out } = fakeIo(t, api.url)
  const argv = 'a --where tag=old --all-disks --overwrite --read-all --replace --no-power --yes'
  t.equal(await run(argv.split(' '), io), 0)
  t.strictSame(api.seen.at(-1)?.body, {
    erase: { disks: 'all', method: 'overwrite', check: 'whole' },
    replace: true,
    power: false,
    hosts: ['a'],
    where: ['tag=old'],
  })
  t.match(out(), /a: install id is asked for, erases every disk that it has: \/dev\/vda/)
  t.equal(await run(['a', '--profile', 'p'], fakeIo(t, api.url).io), 2)
})

const machine = { vendor: null, model: null, serial: null, uuid: null }
const disk = { disk: '/dev/vda', serial: 'D', model: null, size: 2 ** 30, erased: true }
const row = { install: 'id-1', host: 'node1', startedAt: 'x', endedAt: '2026-11-30', machine }
const erasures = [
  { ...row, erased: true, disks: [disk] },
  { ...row, install: 'id-2', erased: false, disks: [disk] },
]

t.test('what was erased, and its records in a folder', async t => {
  const files = { record: 'record', signature: 'signature' }
  const api = await startApi(t, {
    'GET /api/v1/erasures': () => ({ erasures }),
    ...Object.fromEntries(
      erasures.flatMap(({ install }) =>
        Object.entries(files).map(([name, text]) => [
          `GET /api/v1/erasures/${install}/${name}`,
          () => `${text} ${install}`,
        ]),
      ),
    ),
    'GET /api/v1/erasures/key': () => 'the key',
  })
  const { io, out, dir } = fakeIo(t, api.url)
  const folder = join(dir, 'new')
  t.equal(await runErasures(['node1', '--save', folder], io), 0)
  t.match(out(), /2026-11-30 +node1 +erased +\/dev\/vda D 1\.1 GB/)
  t.match(out(), /NOT erased/)
  t.equal(api.seen[0]?.line, 'GET /api/v1/erasures?host=node1')
  t.match(readFileSync(join(folder, 'node1-id-1.json'), 'utf8'), /record id-1/)
  t.match(readFileSync(join(folder, 'node1-id-2.sig'), 'utf8'), /signature id-2/)
  t.match(readFileSync(join(folder, 'erasure-key.pem'), 'utf8'), /the key/)
  const json = fakeIo(t, api.url)
  t.equal(await runErasures(['--json'], json.io), 0)
  t.strictSame(JSON.parse(json.out()), { erasures })
  const denied = fakeIo(t, api.url)
  writeFileSync(join(denied.dir, 'a-file'), '')
  t.equal(await runErasures(['--save', join(denied.dir, 'a-file')], denied.io), 1)
  t.match(denied.err(), /a-file\/node1-id-1\.json cannot be written/)
})

t.test('nothing was erased', async t => {
  const api = await startApi(t, { 'GET /api/v1/erasures': () => ({ erasures: [] }) })
  const { io, err } = fakeIo(t, api.url)
  t.equal(await runErasures([], io), 0)
  t.equal(err(), 'nothing was erased\n')
})
