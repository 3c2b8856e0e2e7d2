import { verify } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { own, startHttp, stranger } from '../daemon.ts'

const size = 2 ** 30
const disk = { name: '/dev/vda', size, model: 'SSD 9', serial: 'DISK-1', bus: 'virtio' }
const facts = { vendor: 'Lab', serial: 'BOX-1', disks: [disk] }
const row = { disk: '/dev/vda', erased: true, methods: 'discard', checked: 'whole', bytes: size }

const settings = {
  profiles:
    'retire: { erase: { disks: all, check: whole } }\n' +
    '  mine: { kernel: linux, expect: { disk: { serial: DISK-1 } } }',
  files: { images: { agent: { linux: 'kernel', initrd: 'initrd', writer: 'writer' } } },
}

/** node1 is to be erased, and boots; `order` is what its agent asks for. */
async function asked(t: Test, erase: object = { disks: 'all' }) {
  const http = await startHttp(t, '', settings)
  const { statusCode, body } = await http.admin('POST', '/installs', { hosts: ['node1'], erase })
  const [result] = JSON.parse(body).results
  t.match({ statusCode, ok: result.ok }, { statusCode: 200, ok: true })
  const script = (await http.ask('/boot/52:54:00:12:34:56/boot.ipxe')).body
  const order = (from = own) => http.ask(`/agent/${http.tokenOf('node1')}`, from)
  const tell = (payload: object, remoteAddress = own) => http.say('', { payload, remoteAddress })
  const ready = (told: object = facts) => tell({ event: 'ready', facts: told })
  return { ...http, install: result.install as string, script, order, tell, ready }
}

t.test('the agent is told its disks, and what it tells of them is the record', async t => {
  const { script, order, ready, tell, state, timeline, admin, install, lives } = await asked(t)
  t.match(script, /agent=erase/)
  for (const file of ['linux', 'initrd', 'writer']) t.match(script, `/assets/images/agent/${file}`)
  t.equal((await order()).body, 'boot\n', 'nothing before it has said what it is')
  await ready()
  t.equal(
    (await order()).body,
    `erase\nmethod auto\ncheck sampled\ndisk /dev/vda ${size} "DISK-1"\n`,
  )
  t.equal((await order(stranger)).statusCode, 403)
  await tell({ event: 'progress', percent: 40 })
  t.equal((await tell({ event: 'done', erased: [row] }, stranger)).statusCode, 403)
  t.equal(state(), 'installing', 'that a disk is empty is its own to say')
  t.equal((await tell({ event: 'done', erased: [row] })).statusCode, 204)
  t.match(lives.lifeOf('node1'), { state: 'installed', why: { code: 'disks-erased', disks: 1 } })
  const lines = timeline().join('\n')
  t.match(lines, /admin at 127\.0\.0\.1|asked for/)
  t.match(lines, 'these disks are erased, what is on them is lost: /dev/vda, serial DISK-1, 1.1 GB')
  t.match(lines, '/dev/vda, serial DISK-1, 1.1 GB is erased: discard; read back whole')
  const { erasures } = (await admin('GET', '/erasures')).json()
  t.match(erasures, [
    {
      ...{ install, host: 'node1', erased: true, machine: { vendor: 'Lab', serial: 'BOX-1' } },
      disks: [{ disk: '/dev/vda', serial: 'DISK-1', model: 'SSD 9', methods: ['discard'] }],
    },
  ])
  t.strictSame((await admin('GET', '/erasures?host=node2')).json().erasures, [])
  const log = (await admin('GET', '/admin-log')).json().entries
  t.match(log[0], { action: 'install', text: 'asked to erase the disks of node1' })
})

t.test('the record is signed by a key that is made at first use', async t => {
  const { ready, tell, admin, install, wired } = await asked(t)
  await ready()
  await tell({ event: 'done', erased: [row] })
  const of = `/erasures/${install}`
  const record = await admin('GET', `${of}/record`)
  const signature = (await admin('GET', `${of}/signature`)).rawPayload
  const key = (await admin('GET', '/erasures/key')).body
  t.equal(signature.length, 64)
  t.ok(verify(null, record.rawPayload, key, signature))
  t.notOk(verify(null, Buffer.from(record.body.replace('DISK-1', 'DISK-2')), key, signature))
  t.match(record.headers['content-disposition'], `filename="node1-${install}.json"`)
  t.equal((await admin('GET', `${of}/record`)).body, record.body, 'the same bytes again')
  const file = join(wired.world.config().dataDir, 'erasure-key.pem')
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.match(readFileSync(file, 'utf8'), /BEGIN PRIVATE KEY/)
  t.equal((await admin('GET', '/erasures/none/record')).statusCode, 404)
})

t.test('a key that cannot be used is said, and no other takes its place', async t => {
  const { ready, tell, admin, install, wired } = await asked(t)
  await ready()
  await tell({ event: 'done', erased: [row] })
  const file = join(wired.world.config().dataDir, 'erasure-key.pem')
  writeFileSync(file, 'no key')
  const { statusCode, body } = await admin('GET', `/erasures/${install}/signature`)
  t.equal(statusCode, 409)
  t.match(body, /the key \S+erasure-key\.pem cannot be read/)
  t.equal(readFileSync(file, 'utf8'), 'no key')
})

t.test('what is not shown to be erased has failed', async t => {
  const cases = [
    [{ event: 'done' }, /not erased/],
    [{ event: 'done', erased: [] }, /\/dev\/vda: the agent told nothing of it/],
    [{ event: 'done', erased: [{ ...row, bytes: 5 }] }, /not erased: \/dev\/vda/],
    [{ event: 'failed', erased: [{ ...row, erased: false, why: 'dd: error' }] }, /dd: error/],
    [{ event: 'failed', message: '/dev/vda can only be read' }, /can only be read/],
  ] as const
  for (const [told, why] of cases) {
    const { ready, tell, state, timeline, admin } = await asked(t)
    await ready()
    await tell(told)
    t.equal(state(), 'failed')
    t.match(timeline('node1', 'state').join('\n'), why)
    const { erasures } = (await admin('GET', '/erasures')).json()
    t.equal(erasures.length, 'erased' in told ? 1 : 0)
    for (const { erased } of erasures) t.equal(erased, false)
  }
})

t.test(
  'the disks are those that it told of when it was ready, whatever it tells later',
  async t => {
    const { ready, tell, order, admin } = await asked(t)
    await ready()
    const first = (await order()).body
    const disks = [{ ...disk, name: '/dev/sdz', serial: 'LATER' }]
    await tell({ event: 'progress', percent: 1, facts: { ...facts, disks } })
    t.equal((await order()).body, first)
    await tell({ event: 'done', facts: { disks }, erased: [{ ...row, disk: '/dev/sdz' }] })
    const { erasures } = (await admin('GET', '/erasures')).json()
    t.match(erasures, [{ erased: false, disks: [{ disk: '/dev/vda', serial: 'DISK-1' }] }])
  },
)

t.test('a host that nobody ordered to be erased gets no order', async t => {
  const http = await startHttp(t, '', settings)
  await http.ask('/boot/52:54:00:12:34:56/boot.ipxe')
  t.notMatch(http.timeline().join('\n'), /erase/)
  http.install('node1', 'mine')
  await http.ask('/boot/52:54:00:12:34:56/boot.ipxe')
  await http.say('', { payload: { event: 'ready', facts } })
  t.equal(http.state(), 'installing')
  const asked = await http.ask(`/agent/${http.tokenOf('node1')}`)
  t.notMatch(asked.body, /^erase/)
  await http.say('', { payload: { event: 'done', erased: [row] } })
  t.strictSame((await http.admin('GET', '/erasures')).json().erasures, [], 'nor makes a record')
})

t.test('nothing but its end ends it', async t => {
  const { ready, tell, state } = await asked(t)
  await tell({ event: 'done', erased: [row] })
  t.equal(state(), 'failed', 'it had not said what it is')
  const other = await asked(t)
  await other.ready()
  await other.tell({ event: 'up' })
  await other.tell({ event: 'again' })
  t.equal(other.state(), 'installing')
  await ready()
  t.equal(state(), 'failed')
})

const other = { ...disk, name: '/dev/sdb', serial: 'OTHER' }
const both = { event: 'ready', facts: { ...facts, disks: [disk, other] } }

t.test('a disk that is not expected is left alone, with all others', async t => {
  const plain = await startHttp(t, '', settings)
  const refused = await plain.admin('POST', '/installs', { hosts: ['node1'], erase: {} })
  t.match(refused.json().results, [{ ok: false, code: 'erase-expects-nothing' }])
  const profiles = settings.profiles.replace(
    'mine:',
    'erase-mine: { extends: mine, erase: {} }\n  mine:',
  )
  const mine = await startHttp(t, '', { ...settings, profiles })
  mine.install('node1', 'erase-mine')
  await mine.ask('/boot/52:54:00:12:34:56/boot.ipxe')
  await mine.say('', { payload: both })
  t.equal(mine.state(), 'failed')
  t.match(
    mine.timeline('node1', 'state').join('\n'),
    /does not cover \/dev\/sdb, SSD 9, serial OTHER/,
  )
  t.equal((await mine.ask(`/agent/${mine.tokenOf('node1')}`)).body, 'boot\n')
  t.notMatch(mine.timeline().join('\n'), 'these disks are erased')
})

t.test('a profile of the config may say that all are erased', async t => {
  const http = await startHttp(t, '', settings)
  http.install('node1', 'retire')
  await http.ask('/boot/52:54:00:12:34:56/boot.ipxe')
  await http.say('', { payload: both })
  t.equal(http.state(), 'installing')
  const order = await http.ask(`/agent/${http.tokenOf('node1')}`)
  t.match(order.body, /check whole\n.*vda.*\n.*sdb/)
})

t.test('what is erased is shown before it is asked for', async t => {
  const { admin, ask, memory, state } = await startHttp(t, '', settings)
  const trial = { hosts: ['node1'], erase: { disks: 'all' }, dryRun: true }
  const wipes = async () => (await admin('POST', '/installs', trial)).json().results[0].wipes
  t.equal(await wipes(), 'every disk that it has')
  await ask('/boot/52:54:00:12:34:56/boot.ipxe')
  memory.hosts.saveFacts('node1', facts)
  t.equal(await wipes(), 'every disk that it has: /dev/vda, SSD 9, serial DISK-1, 1.1 GB')
  t.equal(state(), 'idle')
  const sure = await admin('POST', '/installs', { ...trial, dryRun: false })
  t.match(sure.json().results[0], { ok: true, wipes: /DISK-1/ }, 'also when it was asked for')
  for (const more of [{ profile: 'debian' }, { vars: { disk: '/dev/vda' } }]) {
    t.equal((await admin('POST', '/installs', { ...trial, ...more })).statusCode, 400)
  }
  t.equal(
    (await admin('POST', '/installs', { ...trial, erase: { disks: 'some' } })).statusCode,
    400,
  )
})
