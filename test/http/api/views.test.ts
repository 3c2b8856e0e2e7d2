import t from 'tap'
import { ordinal } from '../../../src/base/amount.ts'
import type { Host, Profile } from '../../../src/boot/host.ts'
import type { Delivery, Install } from '../../../src/boot/install.ts'
import { lifeIn } from '../../../src/boot/life-in.ts'
import type { PowerHeard } from '../../../src/boot/power.ts'
import { written } from '../../../src/boot/reason.ts'
import { startOf } from '../../../src/boot/start.ts'
import { sentenceOf } from '../../../src/boot/words/reason.ts'
import {
  callbackView,
  eventView,
  hostDetails,
  hostView,
  installView,
  leaseView,
} from '../../../src/http/api/views.ts'
import type { Ipv4, Mac } from '../../../src/wire/address.ts'
import { ip6 } from '../../dhcp6/examples.ts'

const start = Date.UTC(2026, 10, 20, 12)
const mac = '52:54:00:12:34:56' as Mac
const address = 0x0a4d0014 as Ipv4
const host: Host = {
  name: 'node1',
  nics: [{ mac }, { mac: '52:54:00:12:34:57' as Mac, address, network: 'lan' }],
  tags: ['lab'],
  vars: { disk: '/dev/vda' },
  profile: {
    name: 'debian',
    boot: 'install',
    vars: { disk: '/dev/sda', swap: '4G' },
  } as unknown as Profile,
}

t.test('a host that was never seen', async t => {
  t.strictSame(hostView(host, undefined, {}), {
    ...{ name: 'node1', mac, macs: [mac, '52:54:00:12:34:57'], address: '10.77.0.20' },
    ...{ profile: 'debian', tags: ['lab'], state: 'idle', netboots: false },
    ...{ why: 'no install was asked', since: null, install: null, attempt: 0 },
    ...{ waiting: null, percent: null, progressAt: null, message: null, lastSeen: null },
    ...{ arch: null, stage: null, download: null, power: null, console: null },
  })
})

t.test('a host at work', async t => {
  const life = lifeIn('installing', { since: start, attempt: 2, why: written('it works') })
  const record = {
    name: 'node1',
    life,
    install: 'i1',
    percent: 40,
    message: 'copying',
    lastSeen: start,
  }
  t.match(hostView(host, record, {}), {
    ...{ state: 'installing', since: '2026-11-20T12:00:00.000Z', attempt: 2, why: 'it works' },
    ...{ install: 'i1', percent: 40, message: 'copying', lastSeen: '2026-11-20T12:00:00.000Z' },
  })
})

t.test('a host whose turn has not come', async t => {
  const life = lifeIn('installing', { since: start, why: written('it is ready') })
  const turn = { of: 'places', place: 37, length: 40 } as const
  t.match(hostView(host, { name: 'node1', life }, { turn }), {
    waiting: 37,
    why: 'waiting for a free place, 37th',
  })
  const said = [1, 2, 3, 4, 10, 11, 12, 13, 21, 22, 101, 111, 112].map(ordinal).join(' ')
  t.equal(said, '1st 2nd 3rd 4th 10th 11th 12th 13th 21st 22nd 101st 111th 112th')
})

t.test('a host that is to be started when its turn has come', async t => {
  const turn = { of: 'starts', place: 3, length: 12 } as const
  const why = { code: 'start-waits', attempt: 1 } as const
  const due = lifeIn('pending', { since: start, why, start: startOf(1, start) })
  t.match(hostView(host, { name: 'node1', life: due }, { turn }), {
    waiting: 3,
    why: 'waits for its turn to be started: 3rd of 12',
  })
  const life = lifeIn('idle', { since: start })
  const { waiting, why: is } = hostView(host, { name: 'node1', life }, { turn })
  t.strictSame([waiting, is], [null, sentenceOf(life.why)], 'somebody else switches it on')
})

t.test('what was heard of its power', async t => {
  const powered = { ...host, power: { by: 'bmc' } }
  const at = '2026-11-20T12:00:00.000Z'
  const power = (heard?: PowerHeard) => hostView(powered, undefined, { heard }).power
  t.equal(hostView(host, undefined, {}).power, null)
  t.strictSame(power(), { by: 'bmc', state: null, at: null, reason: null })
  t.strictSame(power({ at: start, ok: true, state: 'on' }), {
    ...{ by: 'bmc', state: 'on', at, reason: null },
  })
  const why = { code: 'bmc-slow', address: '10.77.1.2:443', seconds: 20 } as const
  t.strictSame(power({ at: start, ok: false, why }), {
    ...{ by: 'bmc', state: null, at, code: 'bmc-slow' },
    reason: '10.77.1.2:443 gave no whole answer within 20 s',
  })
})

t.test('a reservation, a leased address, a host that netboots', async t => {
  const { profile, ...bare } = { ...host, nics: [{ mac }] }
  t.match(hostView(bare, undefined, { leased: address }), { profile: null, address: '10.77.0.20' })
  t.match(hostView(bare, undefined, {}), { address: null })
  const six = ip6('2001:db8:77::20')
  t.match(hostView(bare, undefined, { leased: six }), { address: six })
  const only6 = { ...bare, nics: [{ mac: '52:54:00:00:00:01' as Mac, address6: six }] }
  t.match(hostView(only6, undefined, {}), { address: six })
  t.match(hostView(only6, undefined, { leased: address }), { address: '10.77.0.20' })
  const always = { ...bare, profile: { ...profile, name: 'diskless', boot: 'always' } as Profile }
  t.match(hostView(always, undefined, {}), { netboots: true, why: 'netboots diskless' })
  t.match(hostView({ ...bare, nics: [] }, undefined, {}), { mac: null, macs: [] })
})

t.test('what more there is to a host', async t => {
  const secretive = { ...host, vars: { ...host.vars, rootPassword: 'hunter22' } }
  t.strictSame(hostDetails(secretive, { serial: 'A1' }, undefined, []), {
    blocked: null,
    uuid: null,
    serial: null,
    port: null,
    vars: { disk: '/dev/vda', swap: '4G', rootPassword: '***' },
    nics: [
      { mac, address: null, network: null },
      { mac: '52:54:00:12:34:57', address: '10.77.0.20', network: 'lan' },
    ],
    facts: { serial: 'A1' },
    config: { ...secretive, vars: { ...host.vars, rootPassword: '***' } },
    downloads: [],
  })
})

t.test('installs, callbacks, events and leases', async t => {
  const install = { id: 'i1', host: 'node1', profile: 'debian', askedAt: start } as Install
  t.strictSame(installView(install, 1), {
    ...{ id: 'i1', profile: 'debian', askedAt: '2026-11-20T12:00:00.000Z', endedAt: null },
    ...{ outcome: null, reason: null, attempts: 1 },
  })
  const delivery = {
    ...{ id: 7, host: 'node1', install: 'i1', attempt: 1, role: 'report', createdAt: start },
    ...{ callback: 'notify', event: 'ready', tries: 2, nextAt: start },
  } as Delivery
  t.strictSame(callbackView({ ...delivery, state: 'due', error: { code: 'no-answer' } }), {
    ...{ id: 7, host: 'node1', install: 'i1', attempt: 1, role: 'report', retryable: true },
    ...{ name: 'notify', event: 'ready', state: 'due', tries: 2, place: null },
    ...{ createdAt: '2026-11-20T12:00:00.000Z', nextAt: '2026-11-20T12:00:00.000Z' },
    ...{ error: 'no answer', errorCode: 'no-answer' },
  })
  t.equal(callbackView({ ...delivery, state: 'delivered' }).retryable, false)
  t.equal(callbackView({ ...delivery, role: 'deploy', state: 'due' }).retryable, false)
  t.match(callbackView({ ...delivery, state: 'delivered' }), { nextAt: null, error: null })

  const event = { id: 1, at: start, lastAt: start, count: 2, host: null }
  const content = { kind: 'note', code: 'came-back', text: 'x' }
  t.strictSame(eventView({ ...event, ...content, data: null }), {
    ...{ id: 1, at: '2026-11-20T12:00:00.000Z', host: null, count: 2 },
    ...content,
  })
  t.strictSame(eventView({ ...event, ...content, data: { a: 1 } }).data, { a: 1 })

  const state = 'active' as const
  const lease = { address, network: 'lan', mac, start: start - 2, end: start, state }
  t.match(leaseView(lease, 'node1', start - 1), { state: 'active', host: 'node1', hostname: null })
  t.match(leaseView(lease, undefined, start), { state: 'expired', host: null })
  t.match(leaseView({ ...lease, state: 'declined' }, undefined, start), { state: 'declined' })
  t.match(leaseView(lease, undefined, start), { mac, duid: null })
  const six = { ...lease, address: '2001:db8::5' as never, duid: '0003', iaid: 1, mac: undefined }
  const { mac: _, ...nameless } = six
  const view = { address: '2001:db8::5', mac: null, duid: '0003', hostname: null, state: 'active' }
  t.match(leaseView(nameless, undefined, start - 1), view)
})
