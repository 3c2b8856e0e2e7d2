import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Client } from '../../src/boot/client.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Mac } from '../../src/wire/address.ts'
import { mac, own, start, startHttp } from './daemon.ts'

type Http = Awaited<ReturnType<typeof startHttp>>

async function names({ admin }: Http, query: string): Promise<string[]> {
  const reply = await admin('GET', `/hosts?${query}`)
  return (reply.json().hosts as { name: string }[]).map(({ name }) => name)
}

t.test('hosts by several conditions, by search, page by page', async t => {
  const http = await startHttp(t)
  http.install('node1')
  const rows = [
    ['state=pending', ['node1']],
    ['state=pending&state=idle&tag=lab', ['node1', 'node2']],
    ['tag=lab&tag=red', ['node1']],
    ['profile=diskless&profile=eager', ['rack-a', 'fresh']],
    ['profile=nothing', []],
    ['q=rack', ['rack-a']],
    ['q=RACK', ['rack-a']],
    ['q=525400123457', ['node2']],
    ['q=52-54-00-12-34-57', ['node2']],
    ['q=debian+lab', ['node1', 'node2']],
    ['q=debian+pending', ['node1']],
    ['q=nothing', []],
    ['q=+', ['node1', 'node2', 'rack-a', 'printer', 'poor', 'fresh']],
    ['limit=2', ['node1', 'node2']],
    ['limit=2&offset=2', ['rack-a', 'printer']],
    ['limit=2&offset=6', []],
    ['offset=4', ['poor', 'fresh']],
  ] as const
  for (const [query, wanted] of rows) t.strictSame(await names(http, query), wanted, query)
  const page = (await http.admin('GET', '/hosts?state=idle&limit=1&tag=lab')).json()
  t.match(page, { total: 1, states: { pending: 1, idle: 1 } }, 'counted over all that fit')
  for (const wrong of ['limit=-1', 'limit=x', 'offset=1.5', 'colour=red'])
    t.equal((await http.admin('GET', `/hosts?${wrong}`)).statusCode, 400, wrong)
})

t.test('what a host would get, told without counting it', async t => {
  const http = await startHttp(t)
  const preview = async (name: string) => (await http.admin('GET', `/hosts/${name}/preview`)).json()

  const idle = await preview('node1')
  t.match(idle.now, { kind: 'local', script: /^#!ipxe\necho Disk: node1 is idle/, files: [] })
  t.match(idle.ifInstalled, { kind: 'boot', files: [{ name: 'preseed', text: 'd-i for node1\n' }] })
  t.match(await preview('rack-a'), { now: { kind: 'boot', files: [] }, ifInstalled: null })
  const poor = await preview('poor')
  t.match(poor.ifInstalled, { kind: 'local', reason: /^no such kernel/ })

  http.install()
  const before = http.memory.hosts.get('node1')
  const pending = await preview('node1')
  t.strictSame(http.memory.hosts.get('node1'), before, 'looking changes nothing')
  t.equal(http.tokenOf('node1'), 'none', 'and opens no attempt')
  t.equal(pending.ifInstalled, null)

  const delivered = (await http.ask('/boot/525400123456/boot.ipxe')).body
  const hide = (text: string) => text.replaceAll(http.tokenOf('node1'), '***')
  t.equal(pending.now.script, hide(delivered), 'to the byte what it then got')
  const again = await preview('node1')
  t.equal(again.now.script, hide(delivered), 'and gets in this boot')
  t.notMatch(JSON.stringify([pending, again]), http.tokenOf('node1'))
  t.equal(http.lives.lifeOf('node1').attempt, 1)

  http.lives.apply('node1', { kind: 'discovered' })
  const life = http.lives.lifeOf('node1')
  t.match((await preview('node1')).now.reason, /attempt 2$/, 'the next boot is the next attempt')
  t.strictSame(http.lives.lifeOf('node1'), life)
  await http.say('?event=ready')
  t.match((await preview('node1')).now, { kind: 'local', reason: /^node1 is installing/ })
})

t.test('passwords in answer files and vars are masked', async t => {
  const http = await startHttp(t)
  http.write(
    'preseed',
    'd-i passwd/root-password password {{ host.vars.rootPassword }}\nsay {{ host.vars.rootPassword }}\n',
  )
  const vars = { rootPassword: 'hunter22' }
  const host = http.hosts.get('node1')
  if (!host) throw new Error('no host')
  http.hosts.set('node1', { ...host, vars })
  const shown = (await http.admin('GET', '/hosts/node1')).body
  const preview = (await http.admin('GET', '/hosts/node1/preview')).json()
  t.notMatch(shown, 'hunter22')
  t.equal(preview.ifInstalled.files[0].text, 'd-i passwd/root-password password ***\nsay ***\n')
})

t.test('a machine that is not in the config comes with an entry that is', async t => {
  const http = await startHttp(t)
  const stranger = '52:54:00:99:99:99' as Mac
  const client: Client = {
    ...{ mac: stranger, stage: 'firmware', arch: 'x64-efi', capable: false },
    ...{ vendorClass: 'PXEClient:Arch:00007', uuid: '4c4c4544-0042-4a10-8051-b7c04f4d3632' },
  }
  http.strangerRing.see(stranger, { client, text: 'DHCP DISCOVER', at: start })
  await http.ask('/boot/525400999999/boot.ipxe?serial=CZ%2012%0a34', own)
  const { strangers, total } = (await http.admin('GET', '/strangers')).json()
  t.equal(total, 1)
  t.match(strangers[0], {
    ...{ mac: stranger, arch: 'x64-efi', stage: 'script', address: own, serial: 'CZ 12 34' },
    ...{ uuid: client.uuid, vendorClass: client.vendorClass, text: /^script: / },
  })
  const entry: string = strangers[0].entry
  t.equal(
    entry,
    `cz1234:\n  mac: "${stranger}"\n  # profile: debian # or diskless, broken, eager\n`,
  )

  const file = join(http.folder, 'config.yaml')
  const pasted = entry.replace(/^/gm, '  ')
  writeFileSync(file, `networks: { lan: {} }\nhosts:\n${pasted}\n`)
  const { config, problems } = loadConfig(file)
  t.strictSame(problems, [])
  t.match(config?.hosts.get('cz1234'), { profile: undefined, nics: [{ mac: stranger }] })

  http.strangerRing.see(mac, { client: { ...client, mac }, text: 'before it was one', at: start })
  t.equal((await http.admin('GET', '/strangers')).json().total, 1, 'a host is no stranger')
  t.equal((await http.admin('GET', '/strangers?q=x64+cz')).json().total, 1)
  t.equal((await http.admin('GET', '/strangers?q=nothing')).json().total, 0)
})

t.test('callbacks that wait, and trying one again', async t => {
  const http = await startHttp(t)
  const { deliveries } = http.memory
  const target = { kind: 'broken', reason: 'for the test' } as const
  const common = {
    host: 'node1',
    install: 'i',
    attempt: 1,
    event: 'ready',
    body: '',
    target,
  } as const
  deliveries.add({ ...common, key: 'a', callback: 'notify', role: 'report' }, start)
  // Not due while this lasts: nobody tries it.
  deliveries.add({ ...common, key: 'b', callback: 'build', role: 'deploy' }, start + 60_000)
  deliveries.add({ ...common, key: 'c', callback: 'notify', role: 'report' }, start)
  deliveries.end(1, 'undelivered', {
    code: 'request-failed',
    error: 'nobody answers',
  })
  deliveries.end(3, 'delivered')
  const list = async (query = '') => (await http.admin('GET', `/callbacks${query}`)).json()
  t.match(await list(), {
    total: 2,
    callbacks: [
      { id: 2, name: 'build', role: 'deploy', retryable: false },
      { id: 1, name: 'notify', state: 'undelivered', error: 'nobody answers', retryable: true },
    ],
  })
  t.equal((await list('?state=delivered')).total, 1)
  t.equal((await list('?state=undelivered&state=delivered&limit=1')).callbacks.length, 1)
  t.equal((await list('?host=node2')).total, 0)
  t.match((await http.admin('GET', '/status')).json(), {
    callbacks: { waiting: 1, undelivered: 1 },
  })

  const retry = (id: number) => http.admin('POST', `/callbacks/${id}/retry`, {})
  t.match((await retry(2)).json(), { status: 409, detail: /installs: ask for the install again/ })
  t.match((await retry(3)).json(), {
    status: 409,
    detail: 'notify is delivered: there is nothing to repeat',
  })
  t.match((await retry(1)).json().callback, { id: 1, state: 'due', error: 'nobody answers' })
  t.match((await http.admin('GET', '/admin-log')).json().entries, [
    {
      action: 'retry',
      hosts: ['node1'],
      text: 'asked for the callback notify (ready) of node1 again',
    },
  ])
})

t.test('a request that is repeated with its key is done once', async t => {
  const http = await startHttp(t)
  const ask = (key: string, body: object) =>
    http.admin('POST', '/installs', body, { 'idempotency-key': key })
  const first = await ask('k1', { hosts: ['node1'] })
  t.match(first.json().results, [{ ok: true, install: /./ }])
  const repeated = await ask('k1', { hosts: ['node1'] })
  t.strictSame(repeated.json(), first.json(), 'the same install')
  t.equal(http.memory.installs.ofHost('node1', 10).length, 1)
  t.equal((await ask('k1', { hosts: ['node2'] })).statusCode, 422)
  t.equal(http.state('node2'), 'idle')
  const next = await ask('k2', { hosts: ['node1'] })
  t.not(next.json().results[0].install, first.json().results[0].install)
  t.equal((await ask('x'.repeat(201), { hosts: ['node1'] })).statusCode, 400)
  await ask('k3', { hosts: ['node2'], dryRun: true })
  t.match((await ask('k3', { hosts: ['node2'] })).json().results, [{ ok: true, install: /./ }])
})

t.test('what an earlier version answered to a key is sent as it was', async t => {
  const http = await startHttp(t)
  const body = { hosts: ['node1'] }
  const request = createHash('sha256')
    .update(`/api/v1/installs\n${JSON.stringify(body)}`)
    .digest('hex')
  const answer = { results: [{ host: 'node1', ok: true, install: 'of-yesterday' }] }
  http.memory.adminLog.add({
    ...{ who: 'admin', address: '127.0.0.1', action: 'install', text: 'asked', hosts: ['node1'] },
    once: { key: 'k1', request, answer },
  })
  const repeated = await http.admin('POST', '/installs', body, { 'idempotency-key': 'k1' })
  t.strictSame([repeated.statusCode, repeated.json()], [200, answer])
  t.match(repeated.headers['content-type'], /^application\/json/)
  t.equal(http.state('node1'), 'idle')
})

t.test('a dry run says what would be wiped', async t => {
  const asked =
    'eraser: { kernel: linux, ask: manual, cmdline: "disk={{ host.vars.disk }}", vars: { disk: sda } }'
  const more = '  scratch: { mac: "52:54:00:12:34:5c", profile: eraser }\n'
  const http = await startHttp(t, more, { profiles: asked })
  const body = { hosts: ['scratch', 'rack-a', 'printer'], vars: { disk: '/dev/sdz' }, dryRun: true }
  t.match((await http.admin('POST', '/installs', body)).json().results, [
    { host: 'rack-a', ok: false, profile: 'diskless', wipes: null },
    { host: 'printer', ok: false, profile: null, wipes: null },
    { host: 'scratch', ok: true, profile: 'eraser', wipes: '/dev/sdz' },
  ])
  const bare = await http.admin('POST', '/installs', { hosts: ['node1'], dryRun: true })
  t.match(bare.json().results, [{ wipes: null }])
})

t.test('the daemon at a glance', async t => {
  const http = await startHttp(t)
  http.install()
  const status = (await http.admin('GET', '/status')).json()
  t.match(status, {
    ...{ version: '1.2.3', hosts: { pending: 1, idle: 5 }, tags: ['lab', 'red'], notices: [] },
    networks: [{ name: 'lan', mode: 'proxy', serverAddress: '127.0.0.1', waits: null }],
  })
  t.equal(status.lastEvent, http.memory.events.lastId())
  t.match((await http.admin('GET', '/profiles')).json().profiles, [
    { name: 'debian', boot: 'install', files: ['preseed'], hosts: 2 },
    { name: 'diskless', boot: 'always', hosts: 1 },
    { name: 'broken' },
    { name: 'eager', ask: 'first-boot' },
  ])
})
