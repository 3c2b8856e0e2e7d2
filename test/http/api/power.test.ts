import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Compile } from 'typebox/compile'
import { powerAnswer } from '../../../src/api/power.ts'
import { readToken, startHttp } from '../daemon.ts'

const yaml = `
dataDir: data
assets: assets
networks: { lan: { interface: lo } }
profiles: { debian: { kernel: linux } }
power:
  vm:
    command:
      on: [sh, -c, "echo on >> $0; echo on {{ host.name }} >> log", "{{ host.name }}"]
      off: [sh, -c, "echo off >> $0; echo off {{ host.name }} >> log", "{{ host.name }}"]
      status: [tail, -n1, "{{ host.name }}"]
      pause: 1
hosts:
  node1: { mac: "52:54:00:12:34:56", profile: debian, power: { by: vm }, tags: [lab] }
  node2: { mac: "52:54:00:12:34:57", profile: debian, power: { by: vm }, tags: [lab] }
  printer: { mac: "52:54:00:12:34:59" }
`

t.test('on and off are done, are in the log of the operators and in the timeline', async t => {
  const { admin, timeline, folder } = await startHttp(t, '', { config: yaml })
  const on = await admin('POST', '/power', { verb: 'on', hosts: ['node1', 'printer'] })
  t.equal(on.statusCode, 200)
  t.match(on.json().results, [
    { host: 'node1', ok: true, by: 'vm', state: 'on', reason: null, warning: null },
    {
      host: 'printer',
      ok: false,
      by: null,
      state: null,
      reason: /no way to its power/,
      code: 'no-power',
    },
  ])
  t.strictSame(timeline(), ['power on by admin from 127.0.0.1', 'power on: it is on (vm)'])
  t.equal(readFileSync(join(folder, 'log'), 'utf8'), 'on node1\n')
  const { entries } = (await admin('GET', '/admin-log')).json()
  t.match(entries, [
    { who: 'admin', action: 'power', text: 'asked for power on of node1', hosts: ['node1'] },
  ])
  const status = await admin('GET', '/power?host=node1')
  t.match(status.json(), { results: [{ host: 'node1', ok: true, state: 'on' }] })
  t.ok(Compile(powerAnswer).Check(status.json()), 'as the document says')
  t.equal(timeline().length, 2, 'a question is no event')
})

t.test('what fails is said, and is in the timeline', async t => {
  const { admin, timeline } = await startHttp(t, '', { config: yaml })
  const asked = await admin('GET', '/power?where=tag%3Dlab')
  t.match(asked.json().results, [
    { host: 'node1', ok: false, reason: /^tail: .*No such file/, code: 'power-program' },
    { host: 'node2', ok: false },
  ])
  const cycled = await admin('POST', '/power', { verb: 'cycle', hosts: ['node1'] })
  t.match(cycled.json().results, [{ ok: false, state: null, reason: /^tail: / }])
  t.match(timeline().at(-1), /^power cycle failed \(vm\): tail: /)
})

t.test('a dry run does nothing, and warns of an install that is under way', async t => {
  const { admin, install, ask, folder } = await startHttp(t, '', { config: yaml })
  install()
  await ask('/boot/52-54-00-12-34-56/boot.ipxe')
  const trial = await admin('POST', '/power', { verb: 'off', hosts: ['node*'], dryRun: true })
  t.match(trial.json().results, [
    {
      ...{ host: 'node1', ok: true, warning: 'its install is under way (booting)' },
      warningCode: 'install-under-way',
    },
    { host: 'node2', ok: true, warning: null },
  ])
  t.throws(() => readFileSync(join(folder, 'log')))
})

t.test('who may: a token that only looks may ask and not do', async t => {
  const { admin } = await startHttp(t, '', { config: yaml })
  const headers = { authorization: `Bearer ${readToken}` }
  const did = await admin('POST', '/power', { verb: 'on', hosts: ['node1'] }, headers)
  t.equal(did.statusCode, 403)
  t.equal((await admin('GET', '/power?host=node1', undefined, headers)).statusCode, 200)
})

t.test('a request that means nothing is refused', async t => {
  const { admin } = await startHttp(t, '', { config: yaml })
  for (const body of [
    { verb: 'explode', hosts: ['node1'] },
    { hosts: ['node1'] },
    { verb: 'on' },
  ]) {
    t.equal((await admin('POST', '/power', body)).statusCode, 400)
  }
  const unknown = await admin('GET', '/power?host=nobody')
  t.match(unknown.json(), {
    status: 400,
    detail: /nobody matches no host/,
    property: 'query.hosts[0]',
  })
})
