import t from 'tap'
import { sha256 } from '../system/media-files.ts'
import { mac, startHttp } from './daemon.ts'

const script = `/boot/${mac}/boot.ipxe`
const profile = (text: string) =>
  `checked: { kernel: linux, checksums: { linux: "${sha256(text)}" } }\n`

t.test('the script waits until its assets are verified', async t => {
  const { ask, install, state } = await startHttp(t, '', { profiles: profile('kernel') })
  install('node1', 'checked')
  const reply = await ask(script)
  t.match(reply.body, /^kernel --name kernel /m)
  t.equal(state(), 'booting')
})

t.test('a file that differs: its disk, failed, and said wherever one looks', async t => {
  const { ask, install, state, admin, write } = await startHttp(t, '', {
    profiles: profile('kernel'),
  })
  install('node1', 'checked')
  write('assets/linux', 'harmed')
  install('node1', 'checked')
  const reply = await ask(script)
  t.equal(reply.statusCode, 200)
  t.match(reply.body, /^echo Disk: .*linux has another sha256 than \?checksums\? says$/m)
  t.equal(state(), 'failed')
  const { host } = (await admin('GET', '/hosts/node1')).json()
  t.match(host.why, /another sha256/)
  const asked = await admin('POST', '/installs', { hosts: ['node1'], profile: 'checked' })
  t.match(asked.json().results, [{ ok: false, reason: /another sha256 than `checksums` says/ }])
})

t.test('nobody else waits', async t => {
  const { ask, install } = await startHttp(t, '', { profiles: profile('not that kernel') })
  install()
  t.match((await ask(script)).body, /^kernel --name kernel /m)
})
