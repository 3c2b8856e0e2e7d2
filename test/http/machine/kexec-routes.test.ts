import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { shellcheck } from '../../shellcheck.ts'
import { sha256 } from '../../system/media-files.ts'
import { mac, own, startHttp, stranger } from '../daemon.ts'

const script = `/boot/${mac}/kexec`

/** What a refusal says to who runs it. */
const reasonOf = (body: string) => /^printf .* 'bootwright: (.*)' >&2\nexit 1\n$/m.exec(body)?.[1]

t.test('the script of a due host boots what its iPXE script boots', async t => {
  const { ask, install, tokenOf, state, folder } = await startHttp(t)
  install()
  const reply = await ask(script)
  t.equal(reply.statusCode, 200)
  t.equal(reply.headers['content-type'], 'text/x-shellscript; charset=utf-8')
  t.equal(state(), 'booting')
  const ipxe = (await ask(`/boot/${mac}/boot.ipxe`)).body
  const [, kernel = '', args = ''] =
    /^kernel --name kernel (\S+) initrd=initrd0 (.*) \|\|/m.exec(ipxe) ?? []
  t.match(args, tokenOf('node1'))
  t.match(reply.body, `cmdline='${args}'\n`)
  const digest = sha256(readFileSync(join(folder, 'assets/linux')))
  t.match(reply.body, `get '${kernel}' kernel '${digest}'\n`)
  t.match(reply.body, `/assets/initrd.gz' initrd0 '${sha256('initrd')}'\n`)
})

t.test('one attempt and one token, by whichever door', async t => {
  const { ask, install, lives } = await startHttp(t)
  install()
  const first = (await ask(script)).body
  for (const url of [script, '/kexec', script]) t.equal((await ask(url)).body, first)
  await ask(`/boot/${mac}/boot.ipxe`)
  t.match(lives.lifeOf('node1'), { state: 'booting', attempt: 1, unanswered: 1 })
})

t.test('/kexec finds the host by the machine that asks', async t => {
  const { ask, install } = await startHttp(t)
  install()
  const reply = await ask('/kexec', own)
  t.match(reply.body, /^title='node1 installs debian, attempt 1'$/m)
  const other = await ask('/kexec', stranger)
  t.equal(other.statusCode, 404)
  t.equal(reasonOf(other.body), 'no host of the config is known to have the address 127.0.0.66')
})

t.test('another machine is refused, nothing changes, and the timeline names it', async t => {
  const { ask, install, lives, timeline } = await startHttp(t)
  install()
  const before = lives.lifeOf('node1')
  for (const url of [script, `${script}?dry-run`]) {
    const reply = await ask(url, stranger)
    t.equal(reply.statusCode, 403)
    t.equal(reasonOf(reply.body), 'node1 is due, and this address is not known to be its own')
  }
  t.strictSame(lives.lifeOf('node1'), before)
  t.match(timeline('node1', 'stranger'), [/127\.0\.0\.66/])
})

t.test('a host that is not due prints why and fails', async t => {
  const { ask, state, lives } = await startHttp(t)
  const reply = await ask(script)
  t.equal(reply.statusCode, 200)
  t.equal(reasonOf(reply.body), 'node1 is idle: no install was asked')
  t.equal(state(), 'idle')
  t.equal(lives.lifeOf('node1').attempt, 0)
})

t.test('a machine at work that asks has not come back', async t => {
  const { ask, install, say, timeline } = await startHttp(t)
  install()
  await ask(script)
  await say('?event=ready')
  t.match(reasonOf((await ask(script)).body), /^node1 is installing/)
  t.strictSame(timeline('node1', 'note'), [])
})

t.test('who runs Linux is nobody that first appears', async t => {
  const { ask, state } = await startHttp(t)
  const reply = await ask('/boot/52:54:00:12:34:5b/kexec')
  t.match(reasonOf(reply.body), /^fresh is idle/)
  t.equal(state('fresh'), 'idle')
})

t.test('unknown clients and what is no MAC', async t => {
  const { ask } = await startHttp(t)
  const unknown = await ask('/boot/52:54:00:99:99:99/kexec')
  t.equal(unknown.statusCode, 404)
  t.match(reasonOf(unknown.body), /not a host of the config/)
  const nonsense = await ask('/boot/nonsense/kexec')
  t.equal(nonsense.statusCode, 400)
  t.equal(reasonOf(nonsense.body), 'nonsense is not a MAC address')
})

t.test('a static kexec in assets/loaders is for machines that have none', async t => {
  const { ask, install, folder } = await startHttp(t)
  install()
  t.match((await ask(script)).body, "kexec_url=''\n")
  mkdirSync(join(folder, 'assets/loaders'), { recursive: true })
  writeFileSync(join(folder, 'assets/loaders/kexec'), 'a static program')
  const url = 'http://127.0.0.1:8080/assets/loaders/kexec'
  const { body } = await ask(script)
  t.match(body, `kexec_url='${url}'\n`)
  t.match(body, `get '${url}' kexec '${sha256('a static program')}'\n`)
  t.equal(shellcheck(body), '')
})

t.test('?dry-run shows it and counts nothing', async t => {
  const { ask, install, memory } = await startHttp(t)
  install()
  const before = memory.hosts.get('node1')
  const reply = await ask('/kexec?dry-run')
  t.match(reply.body, /^dry=1$/m)
  t.match(reply.body, '/phone-home/TOKEN')
  t.strictSame(memory.hosts.get('node1'), before)
})

t.test('a host that netboots always has the door too', async t => {
  const { ask } = await startHttp(t, '', { profiles: 'always: { kernel: linux, boot: always }\n' })
  const reply = await ask('/boot/52:54:00:12:34:58/kexec')
  t.equal(reply.statusCode, 403, 'for itself only')
})
