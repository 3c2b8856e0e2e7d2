import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { bare, startDaemon, until } from './daemon.ts'
import { show } from './machine.ts'
import { mac1, mac2 } from './settings.ts'

const node1 = { mac: mac1, profile: 'debian' }
const node2 = { mac: mac2, profile: 'debian' }

t.test('`reload` waits for its end, and a refused one is said until a good one', async t => {
  const daemon = await startDaemon(t)
  const readyz = async () => (await fetch(`${daemon.url}/readyz`)).text()
  const metric = async () =>
    /^bootwright_config_last_reload_successful (\d)$/m.exec(
      await (await fetch(`${daemon.url}/metrics`)).text(),
    )?.[1]
  daemon.configure({ hosts: { node1, node2, node3: { mac: '52:54:00:00:00:03' } } })
  t.match(await daemon.cli('reload'), { code: 0, stdout: 'reloaded: the config has 3 hosts\n' })
  t.match((await show(daemon, 'node3')).host, { state: 'idle' })

  const good = readFileSync(join(daemon.folder, 'config.yaml'), 'utf8')
  daemon.write('config.yaml', `${good}hots: {}\ncolour: red\n`)
  const refused = await daemon.cli('reload')
  t.match(refused, { code: 1, stdout: '' })
  t.match(refused.stderr, /^bootwright reload: refused, and the config that runs stays:\n/)
  t.equal(refused.stderr.match(/config\.yaml:\d+:\d+: \w+: /g)?.length, 2, 'every mistake')
  const notice = /^the config was not reloaded, .*config\.yaml:\d+:\d+: hots: .* \(and 1 more\)$/m
  const hosts = await daemon.cli('hosts')
  t.match(hosts, { code: 0, stdout: /^node3 /m, stderr: notice })
  t.match(await readyz(), notice)
  t.equal(await metric(), '0')

  daemon.write('config.yaml', good)
  t.match(await daemon.cli('reload'), { code: 0, stderr: '' })
  t.equal((await daemon.cli('hosts')).stderr, '')
  t.equal(await readyz(), 'ready\n')
  t.equal(await metric(), '1')
})

t.test('`watch` shows what a reload adds and takes away', async t => {
  const daemon = await startDaemon(t)
  const rows = watchJson(t, daemon)
  await until('the first hosts', () => rows().length >= 2)
  daemon.configure({ hosts: { node1, node3: { mac: '52:54:00:00:00:03' } } })
  t.match(await daemon.cli('reload'), { code: 0 })
  await until('the new host', () => rows().some(({ name }) => name === 'node3'))
  await until('the one that left', () =>
    rows().some(({ name, removed }) => name === 'node2' && removed === true),
  )
})

/** What `bootwright watch --json` has written so far. */
function watchJson(t: Test, { url, folder }: { url: string; folder: string }) {
  const access = ['--server', url, '--token-file', join(folder, 'data/admin-token')]
  const child = spawn('env', bare(['watch', '--json', ...access]))
  t.teardown(() => child.kill('SIGKILL'))
  let text = ''
  child.stdout.on('data', bytes => {
    text += bytes
  })
  return () =>
    text
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line) as { name: string; removed?: boolean })
}
