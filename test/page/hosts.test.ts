import t from 'tap'
import { everything, filterHosts, isFiltering, valuesOf } from '../../src/page/hosts/filter.ts'
import { racksOf, rowsOf } from '../../src/page/hosts/racks.ts'
import { progressOf } from '../../src/page/parts/progress-of.ts'
import { countStates, isUnderWay, stateOf } from '../../src/page/parts/states.ts'
import { halfDownload, hostRow, noon } from './examples.ts'

const byName = { by: 'name', down: false } as const
const hosts = [
  hostRow({ name: 'node10', state: 'failed', tags: ['lab', 'rack2'], why: 'bootTimeout' }),
  hostRow({ name: 'node9', profile: 'nixos', tags: ['rack1'], address: '10.0.0.9' }),
  hostRow({ name: 'kiosk', profile: 'kiosk', netboots: true, lastSeen: '2026-11-20T12:00:00Z' }),
  hostRow({ name: 'node1', state: 'installing', tags: ['rack1'], address: '10.0.0.10' }),
]
const names = (filter: object, sorting: Parameters<typeof filterHosts>[2] = byName) =>
  filterHosts(hosts, { ...everything, ...filter }, sorting).map(({ name }) => name)

t.test('hosts are found by what is known of them', async t => {
  t.strictSame(names({}), ['kiosk', 'node1', 'node9', 'node10'], 'numbers count as numbers')
  t.strictSame(names({ text: 'NODE lab' }), ['node10'], 'every word')
  t.strictSame(names({ text: '10.0.0.9' }), ['node9'])
  t.strictSame(names({ text: 'boottimeout' }), ['node10'])
  for (const mac of ['52:54:00:12:34:56', '52-54-00-12', '525400123456', '5254.0012']) {
    t.equal(names({ text: mac }).length, 4, mac)
  }
  t.strictSame(names({ states: ['failed', 'netboots'] }), ['kiosk', 'node10'])
  t.strictSame(names({ profile: 'nixos', tag: 'rack1' }), ['node9'])
  t.strictSame(names({ text: '\\' }), [])
  t.notOk(isFiltering({ ...everything, text: ' ' }))
  t.ok(isFiltering({ ...everything, tag: 'lab' }))
  t.strictSame(valuesOf(hosts), {
    profiles: ['debian', 'kiosk', 'nixos'],
    tags: ['lab', 'rack1', 'rack2'],
  })
})

t.test('in the order that is asked for', async t => {
  t.strictSame(names({}, { by: 'name', down: true }), ['node10', 'node9', 'node1', 'kiosk'])
  t.strictSame(names({}, { by: 'state', down: false }), ['node10', 'node1', 'kiosk', 'node9'])
  t.strictSame(names({}, { by: 'address', down: false }).slice(0, 2), ['node9', 'node1'])
  t.equal(names({}, { by: 'seen', down: false })[0], 'kiosk', 'the latest first')
})

t.test('states', async t => {
  t.strictSame(hosts.map(stateOf), ['failed', 'idle', 'netboots', 'installing'])
  t.strictSame(
    hosts.filter(isUnderWay).map(({ name }) => name),
    ['node1'],
  )
  t.strictSame(countStates(hosts), [
    { state: 'failed', count: 1 },
    { state: 'installing', count: 1 },
    { state: 'netboots', count: 1 },
    { state: 'idle', count: 1 },
  ])
})

t.test('racks', async t => {
  const racks = racksOf(hosts, 'tag')
  t.strictSame(
    racks.map(({ name, hosts }) => [name, hosts.length]),
    [
      ['no tag', 1],
      ['rack1', 2],
      ['rack2', 1],
    ],
    'a tag that names a rack goes before others',
  )
  t.strictSame(
    racksOf(hosts, 'profile').map(({ name }) => name),
    ['debian', 'kiosk', 'nixos'],
  )
  t.equal(racksOf(hosts, 'state').length, 4)
  t.strictSame(
    rowsOf(racks, 1).map(row => row.kind),
    ['head', 'units', 'head', 'units', 'units', 'head', 'units'],
  )
  t.equal(rowsOf(racks, 2).length, 6)
})

t.test('what is running', async t => {
  const booting = hostRow({ name: 'a', state: 'booting', download: halfDownload() })
  t.strictSame(progressOf(booting, noon), {
    fraction: 0.5,
    what: 'initrd.gz',
    numbers: '50 MB of 100 MB · 25 MB/s · 2.0 s left',
  })
  t.equal(progressOf(booting, noon + 60_000), undefined, 'one that stands still')
  const done = { ...booting, download: halfDownload({ complete: true }) }
  t.equal(progressOf(done, noon), undefined)
  const empty = { ...booting, download: halfDownload({ size: 0, bytes: 0, left: null }) }
  t.match(progressOf(empty, noon), { fraction: 0, numbers: '0 B of 0 B · 25 MB/s' })

  const since = new Date(noon - 60_000).toISOString()
  const progressAt = new Date(noon).toISOString()
  const installing = hostRow({ name: 'a', state: 'installing', percent: 50, since, progressAt })
  t.strictSame(progressOf({ ...installing, message: 'unpacks' }, noon), {
    fraction: 0.5,
    what: 'unpacks',
    numbers: '50 % · about 1 min left',
  })
  const told = (seconds: number) => progressOf(installing, noon + seconds * 1000)?.numbers
  t.equal(told(20), '50 % · about 40 s left', 'without news the end comes nearer')
  t.equal(told(61), '50 %', 'and then there is no estimate')
  t.equal(told(299), '50 %')
  t.equal(told(300), '50 % · no news for 5 min')
  t.equal(told(3700), '50 % · no news for 1 h 1 min')
  const unknown = { ...installing, progressAt: null }
  t.match(progressOf(unknown, noon), { numbers: '50 %' }, 'of a time before a daemon kept it')
  t.match(progressOf({ ...installing, percent: 1 }, noon), { numbers: '1 %' }, 'no guesses')
  t.equal(progressOf({ ...installing, state: 'failed' }, noon), undefined)
  t.equal(progressOf(hostRow({ name: 'a' }), noon), undefined)
})
