import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadConfig } from '../../../src/config/load.ts'
import type { Mac } from '../../../src/wire/address.ts'
import { own, startHttp, stranger } from '../daemon.ts'

const unknown = '/boot/52:54:00:99:99:99/boot.ipxe'
const facts = { vendor: 'Lab', serial: 'BOX-1', memory: 2 ** 36, disks: [], nics: [] }

const settings = {
  files: { images: { agent: { linux: 'kernel', initrd: 'initrd' } } },
  owners: new Map([[stranger, '52:54:00:99:99:99' as Mac]]),
}

/** A machine that nobody knows has booted the agent, which has the token. */
async function booted(t: Test, more = '') {
  const http = await startHttp(t, `${more}unknownHosts: discover\n`, settings)
  const { body } = await http.ask(unknown, stranger)
  const [, token = ''] = /bootwright=\S+\/phone-home\/(\S+)/.exec(body) ?? []
  const report = (told: object, from = stranger) =>
    http.app.inject({
      method: 'POST',
      url: `/phone-home/${token}`,
      remoteAddress: from,
      payload: { event: 'ready', facts: told },
    })
  const row = async () => (await http.admin('GET', '/strangers')).json().strangers[0]
  // As the daemon does it, in the middle of what the tests have of one.
  http.wired.reload.run = async () => {
    const { config, problems } = loadConfig(join(http.folder, 'config.yaml'))
    if (!config) return { wrong: problems.map(({ message }) => message) } as never
    http.wired.world.replace(config, [], () => undefined)
    http.hosts.clear()
    for (const [name, host] of config.hosts) http.hosts.set(name, host)
    return { hosts: config.hosts.size, warnings: [] }
  }
  return { ...http, token, report, row, work: () => http.ask(`/agent/${token}`, stranger) }
}

t.test('a machine that nobody knows boots the agent, with a token of its own', async t => {
  const { ask, memory } = await startHttp(t, 'unknownHosts: discover\n', settings)
  const { body, statusCode } = await ask(unknown, stranger)
  t.equal(statusCode, 200)
  t.match(body, /agent=discover/)
  t.match(body, /BOOTIF=01-52-54-00-99-99-99/)
  t.equal((await ask(unknown, stranger)).body, body, 'the same each time')
  t.strictSame(memory.hosts.all(), [], 'it is no host by that')
})

t.test('what it finds out is shown, and it waits', async t => {
  const { report, row, work } = await booted(t)
  t.match(await row(), { facts: null, waits: false })
  t.equal((await report(facts)).statusCode, 204)
  t.match(await row(), { facts, waits: false, serial: 'BOX-1' })
  t.equal((await work()).body, 'wait\n')
  t.match(await row(), { facts, waits: true })
})

t.test('nobody without its token asks or tells anything', async t => {
  const { ask, app } = await booted(t)
  for (const url of ['/agent/nonsense', '/agent/', '/agent/..%2f']) {
    t.equal((await ask(url, stranger)).statusCode, 404, url)
  }
  const payload = { event: 'ready', facts }
  const told = await app.inject({ method: 'POST', url: '/phone-home/nonsense', payload })
  t.equal(told.statusCode, 404)
})

t.test('hostile facts are cut, refused or harmless, and the row stays readable', async t => {
  const { report, row } = await booted(t)
  await report(facts)
  for (const bad of [
    { huge: 'x'.repeat(20_000) },
    Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, n])),
    Array.from({ length: 100 }).reduce<object>(inner => ({ inner }), {}),
  ]) {
    t.equal((await report(bad)).statusCode, 204, 'heard, and not kept')
    t.match(await row(), { facts }, 'those before stay')
  }
  const megabyte = { huge: '\u001b[2J\u0000'.repeat(200_000) }
  t.equal((await report(megabyte)).statusCode, 413, 'a megabyte of control codes is not read')
  t.match(await row(), { facts })
  await report({ vendor: '\u001b[2J\u0007Evil\u202e' })
  t.notMatch(JSON.stringify((await row()).facts), /\\u001b|\\u0007|\u202e/)
})

t.test('only the machine itself tells what it is', async t => {
  const { report, row } = await booted(t)
  t.equal((await report(facts, own)).statusCode, 403)
  t.match(await row(), { facts: null })
})

t.test(
  'adopted, it waits as the host, takes its facts along, and boots when it is due',
  async t => {
    const { report, work, admin, memory, folder } = await booted(t)
    await report(facts)
    const host = { mac: '52-54-00-99-99-99', name: 'r7-n1', profile: 'debian', tags: ['rack7'] }
    t.equal((await admin('POST', '/hosts', { hosts: [host] })).statusCode, 200)
    const file = join(folder, 'data/hosts.d/r7-n1.yaml')
    t.match(readFileSync(file, 'utf8'), /r7-n1:\n {4}mac: 52:54:00:99:99:99\n/)
    t.equal((await work()).body, 'wait r7-n1\n')
    t.match(memory.hosts.facts('r7-n1'), facts)
    t.match((await admin('GET', '/strangers')).json().strangers, [], 'it is no stranger any more')
    const asked = await admin('POST', '/installs', { hosts: ['r7-n1'] })
    t.match(asked.json(), { results: [{ ok: true }] })
    t.equal((await work()).body, 'boot r7-n1\n')
    t.equal((await admin('DELETE', '/hosts/r7-n1')).statusCode, 200)
    t.notOk(existsSync(file))
    t.equal((await work()).body, 'wait\n')
  },
)

const atLeaf7 = {
  ...facts,
  nics: [
    { mac: '52:54:00:99:99:99', switch: { name: 'leaf7', port: 'Ethernet12', description: null } },
  ],
}

t.test('its place is the port that its switch has told', async t => {
  const { report, row } = await booted(t)
  await report(facts)
  t.match(await row(), { port: null })
  await report(atLeaf7)
  t.match(await row(), { port: 'leaf7/Ethernet12' })
})

t.test('on the port of a host it is that host, and nothing is installed by that', async t => {
  const { report, work, memory, state } = await booted(
    t,
    '  slot12: { port: LEAF7/ethernet12, profile: debian }\n',
  )
  t.equal((await report(atLeaf7, own)).statusCode, 403)
  t.equal(memory.hostCards.known.size, 0, 'by what the machine itself says')
  await report(atLeaf7)
  t.strictSame([...memory.hostCards.known], [['52:54:00:99:99:99', 'slot12']])
  t.equal((await work()).body, 'wait slot12\n')
  t.match(memory.hosts.facts('slot12'), atLeaf7)
  t.equal(state('slot12'), 'idle')
  await report({ ...atLeaf7, nics: [] })
  t.equal(memory.hostCards.known.size, 1, 'a report without it takes nothing away')
})

t.test('a host that netboots or is new to a first-boot profile is told to boot', async t => {
  for (const profile of ['diskless', 'eager']) {
    const { work, admin } = await booted(t)
    const host = { mac: '525400999999', name: 'r7-n1', profile }
    t.equal((await admin('POST', '/hosts', { hosts: [host] })).statusCode, 200)
    t.equal((await work()).body, 'boot r7-n1\n', profile)
  }
})

t.test('all are adopted, or none', async t => {
  const { admin, folder, hosts } = await booted(t)
  const good = { mac: '52:54:00:aa:00:01', name: 'good' }
  const wrong: readonly (readonly [object, number, RegExp])[] = [
    [{ mac: 'nonsense', name: 'bad' }, 400, /"nonsense" is no MAC/],
    [{ mac: '52:54:00:aa:00:02', name: '../bad' }, 400, /"\.\.\/bad" is no host name/],
    [{ mac: '52:54:00:aa:00:02', name: 'node1' }, 409, /there is a host node1 already/],
    [{ mac: '52:54:00:aa:00:02', name: 'good' }, 409, /there is a host good already/],
    [{ mac: '52:54:00:12:34:56', name: 'bad' }, 409, /is node1 already/],
    [{ mac: '52:54:00:aa:00:01', name: 'bad' }, 409, /named twice/],
    [{ mac: '52:54:00:aa:00:02', name: 'bad', profile: 'none' }, 409, /there is no profile "none"/],
    [{ mac: '52:54:00:aa:00:02', name: 'bad', address: 'x' }, 409, /nothing was changed/],
    [{ mac: '52:54:00:aa:00:02', name: 'bad', more: 1 }, 400, /more/],
  ]
  const before = [...hosts.keys()]
  for (const [bad, status, sentence] of wrong) {
    const answer = await admin('POST', '/hosts', { hosts: [good, bad] })
    t.equal(answer.statusCode, status, JSON.stringify(bad))
    t.match(answer.json().detail, sentence)
    t.notOk(existsSync(join(folder, 'data/hosts.d/good.yaml')), 'nothing is left')
  }
  t.strictSame([...hosts.keys()], before)
})

t.test('a host of the config file is not forgotten', async t => {
  const { admin } = await booted(t)
  t.match((await admin('DELETE', '/hosts/node1')).json(), {
    status: 409,
    detail: /remove it there/,
  })
  t.match((await admin('DELETE', '/hosts/..%2f..%2fx')).json(), { status: 404 })
})
