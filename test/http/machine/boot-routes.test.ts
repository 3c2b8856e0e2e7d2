import t from 'tap'
import { golden } from '../../golden.ts'
import { mac, own, startHttp, stranger } from '../daemon.ts'

const script = `/boot/${mac}/boot.ipxe`

t.test('/boot.ipxe finds the script of the machine that asks', async t => {
  const { ask } = await startHttp(t)
  const reply = await ask('/boot.ipxe', stranger)
  t.equal(reply.statusCode, 200)
  t.equal(reply.headers['content-type'], 'text/plain; charset=utf-8')
  t.equal(reply.body, golden('scripts/http-find.ipxe', reply.body))
  t.equal((await ask('/boot.ipxe', stranger, 'HEAD')).statusCode, 200)
})

t.test('the script of a due host, whole', async t => {
  const { ask, install, tokenOf, state } = await startHttp(t)
  install()
  const reply = await ask(`${script}?uuid=&serial=`)
  t.equal(reply.statusCode, 200)
  t.equal(reply.headers['content-type'], 'text/plain; charset=utf-8')
  const text = reply.body.replaceAll(tokenOf('node1'), 'TOKEN')
  t.equal(text, golden('scripts/http-due.ipxe', text))
  t.equal(state(), 'booting')
})

t.test('the script of a host that is not due says why, and boots its disk', async t => {
  const { ask, state } = await startHttp(t)
  const reply = await ask(script)
  t.equal(reply.statusCode, 200)
  t.equal(reply.body, golden('scripts/http-idle.ipxe', reply.body))
  t.equal(state(), 'idle')
})

t.test('a MAC in every common spelling', async t => {
  const { ask, install } = await startHttp(t)
  install()
  const first = (await ask(script)).body
  const spellings = [
    ...['52-54-00-12-34-56', '525400123456', '5254.0012.3456', '52:54:00:12:34:56'],
    ...['52%3A54%3A00%3A12%3A34%3A56'],
  ]
  for (const spelling of spellings) {
    const reply = await ask(`/boot/${spelling}/boot.ipxe`)
    t.equal(reply.statusCode, 200, spelling)
    t.equal(reply.body, first, 'one boot, one script')
  }
  const upper = await ask('/boot/52:54:00:12:34:5A/boot.ipxe')
  t.match(upper.body, 'poor')
})

t.test('what is no MAC is 400, with a sentence', async t => {
  const { ask, memory } = await startHttp(t)
  for (const text of [
    'node1',
    '52:54:00:12:34',
    '52:54-00:12:34:56',
    '..%2f..',
    `${'a'.repeat(200)}`,
  ]) {
    const reply = await ask(`/boot/${text}/boot.ipxe`)
    t.equal(reply.statusCode, 400, text)
    t.match(reply.body, 'is not a MAC address')
  }
  t.strictSame(memory.hosts.all(), [])
})

t.test('a client that is no host is 404 under ignore, with the reason', async t => {
  const { ask } = await startHttp(t)
  const reply = await ask('/boot/52:54:00:99:99:99/boot.ipxe')
  t.equal(reply.statusCode, 404)
  t.equal(reply.body, 'not a host of the config, and unknownHosts is ignore\n')
})

t.test('a client that is no host boots its disk under local', async t => {
  const { ask } = await startHttp(t, 'unknownHosts: local\n')
  const reply = await ask('/boot/52:54:00:99:99:99/boot.ipxe')
  t.equal(reply.statusCode, 200)
  t.match(reply.body, 'echo Disk: not a host of the config, and unknownHosts is local\n')
})

t.test('a client that is no host boots the profile of unknownHosts', async t => {
  const { ask, memory } = await startHttp(t, 'unknownHosts: { profile: diskless }\n')
  const reply = await ask('/boot/52:54:00:99:99:99/boot.ipxe', stranger)
  t.equal(reply.statusCode, 200)
  t.match(reply.body, 'echo 52-54-00-99-99-99 boots diskless\n')
  t.equal((await ask('/boot/52:54:00:99:99:99/boot.ipxe', stranger)).body, reply.body)
  t.strictSame(memory.hosts.all(), [])
})

t.test('another machine is 403, nothing changes, and the timeline names it', async t => {
  const { ask, install, lives, timeline } = await startHttp(t)
  install()
  const before = lives.lifeOf('node1')
  const reply = await ask(script, stranger)
  t.equal(reply.statusCode, 403)
  t.equal(reply.body, 'node1 is due, and this address is not known to be its own\n')
  t.strictSame(lives.lifeOf('node1'), before)
  t.match(timeline('node1', 'stranger'), [/127\.0\.0\.66/])
})

t.test('20 GETs are one attempt and one token', async t => {
  const { ask, install, lives } = await startHttp(t)
  install()
  const first = (await ask(script)).body
  for (let n = 0; n < 19; n++) t.equal((await ask(script)).body, first)
  t.match(lives.lifeOf('node1'), { attempt: 1, unanswered: 1 })
})

t.test('HEAD counts nothing', async t => {
  const { ask, install, memory } = await startHttp(t)
  install()
  const before = memory.hosts.get('node1')
  for (const [from, status] of [
    [own, 200],
    [stranger, 403],
  ] as const) {
    const reply = await ask(script, from, 'HEAD')
    t.equal(reply.statusCode, status, 'as a GET would be answered')
    t.equal(reply.body, '')
  }
  t.strictSame(memory.hosts.get('node1'), before)
  t.equal((await ask('/boot/52:54:00:99:99:99/boot.ipxe', own, 'HEAD')).statusCode, 404)
  t.equal((await ask('/boot/nonsense/boot.ipxe', own, 'HEAD')).statusCode, 400)
})

// src/daemon/http-deps.ts calls appear() in the look-up of the host, whoever asks and however.
t.test('HEAD asks for no first boot', async t => {
  const { ask, state } = await startHttp(t)
  await ask('/boot/52:54:00:12:34:5b/boot.ipxe', own, 'HEAD')
  t.equal(state('fresh'), 'idle')
})

t.test('a stranger asks for nobody else: a first boot is its own', async t => {
  const { ask, state } = await startHttp(t)
  const reply = await ask('/boot/52:54:00:12:34:5b/boot.ipxe', stranger)
  t.notMatch(reply.body, 'kernel ')
  t.equal(state('fresh'), 'idle')
})

t.test('a host at work gets its disk', async t => {
  const { ask, install, say, state } = await startHttp(t)
  install()
  await ask(script)
  t.equal((await say('?event=ready')).statusCode, 204)
  const reply = await ask(script)
  t.equal(reply.statusCode, 200)
  t.match(reply.body, /^#!ipxe\necho Disk: node1 is installing/)
  t.equal(state(), 'installing')
})

// src/http/machine/boot-routes.ts answers "local" without telling scripts.request() of the boot.
t.test('and an event: came back', async t => {
  const { ask, install, say, timeline } = await startHttp(t)
  install()
  await ask(script)
  await say('?event=ready')
  await ask(script)
  t.match(timeline('node1', 'note'), [/^came back/])
})

t.test('an answer file is for its machine, while it runs', async t => {
  const { ask, install, tokenOf, say } = await startHttp(t)
  install()
  await ask(script)
  const url = `/files/${tokenOf('node1')}/preseed`
  const other = await ask(url, stranger)
  t.equal(other.statusCode, 403)
  const file = await ask(url)
  t.equal(file.statusCode, 200)
  t.equal(file.body, 'd-i for node1\n')
  t.equal(file.headers['content-type'], 'text/plain; charset=utf-8')
  t.equal((await ask(`/files/${tokenOf('node1')}/nothing`)).statusCode, 404)
  t.equal((await ask('/files/nonsense/preseed')).statusCode, 404)
  await say('?event=done')
  t.equal((await ask(url)).statusCode, 404)
})

t.test('what is served nowhere is a problem document', async t => {
  const { ask } = await startHttp(t)
  const reply = await ask('/nothing/here?token=secret')
  t.equal(reply.statusCode, 404)
  t.match(reply.headers['content-type'], /^application\/problem\+json/)
  t.strictSame(reply.json(), {
    type: 'about:blank',
    title: 'Not found',
    status: 404,
    detail: 'nothing is served at GET /nothing/here',
  })
})

t.test(
  'what an installer said when it failed is for the machine and its timeline only',
  async t => {
    const { ask, install, say, timeline } = await startHttp(t)
    install()
    await ask(script)
    await say('?event=failed&message=the+root+password+is+hunter2')
    const doors = [script, '/grub/grub.cfg-01-52-54-00-12-34-56', '/boot/52-54-00-12-34-56/kexec']
    for (const url of [...doors, '/pxelinux.cfg/01-52-54-00-12-34-56']) {
      const seen = await ask(url, stranger)
      t.notMatch(seen.body, 'hunter2', url)
      t.match(seen.body, 'node1 is failed', url)
    }
    t.match((await ask(script)).body, 'hunter2', 'its own screen shows it')
    t.match((await ask('/boot/52-54-00-12-34-56/image.iso', stranger)).body, /^node1 is failed\n/)
    t.ok(timeline('node1').some(text => text.includes('hunter2')))
  },
)

t.test('the timeline says who was refused', async t => {
  const { ask, install, timeline } = await startHttp(t)
  install()
  t.equal((await ask(script, stranger)).statusCode, 403)
  t.match(timeline('node1', 'stranger'), [
    /script refused to 127\.0\.0\.66: 127\.0\.0\.66 is not known to be an address of node1/,
  ])
})

t.test('trust: uuid: iPXE is asked for its UUID first', async t => {
  const { ask, install } = await startHttp(t, '', { mode: 'proxy, trust: uuid' })
  install()
  const found = await ask(script)
  t.match(found.body, /chain .*\/boot\/\$\{netX\/mac:hexhyp\}\/boot\.ipxe\?uuid=\$\{uuid\}/)
  t.notMatch(found.body, 'bootwright=')
})
