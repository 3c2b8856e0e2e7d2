import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { openDhcpWire } from './client.ts'
import { bootwright, type Daemon, makeDaemon, startDaemon, until } from './daemon.ts'
import { bringTo, makeMachine } from './machine.ts'
import { hookSecret } from './settings.ts'

const wrongConfig = `dataDir: ./data
networks:
  lo: { subnet: 127.0.0.0/8, mode: servant }
  lan: { subnet: 10.0.0.0/33 }
profiles:
  debian: { kernel: images/kernel, cmdline: "{{ host.nmae }}" }
hosts:
  node1: { mac: 52:54:00:00:00:0g, profile: debian }
  node2: { mac: 52:54:00:00:00:02, profile: debain }
hots: {}
`

t.test('check prints every mistake where it is', async t => {
  const daemon = await makeDaemon(t)
  const file = daemon.write('wrong.yaml', wrongConfig)
  const { code, stderr, stdout } = await bootwright(['check', '--config', file])
  t.match({ code, stdout }, { code: 1, stdout: '' })
  const lines = stderr.trim().split('\n')
  const places = [
    ['3:36', 'networks.lo.mode'],
    ['4:18', 'networks.lan.subnet'],
    ['6:45', 'profiles.debian.cmdline'],
    ['8:17', 'hosts.node1.mac'],
    ['9:45', 'hosts.node2.profile'],
    ['10:1', 'hots'],
  ] as const
  for (const [at, path] of places) {
    const found = lines.filter(line => line.startsWith(`${file}:${at}: ${path}: `))
    t.equal(found.length, 1, `${at} ${path}`)
  }
  const json = await bootwright(['check', '--config', file, '--json'])
  const { good, problems } = JSON.parse(json.stdout)
  t.match({ code: json.code, good }, { code: 1, good: false })
  t.equal(problems.length, lines.length)
  t.match(problems[0], { severity: 'error', line: 3, column: 36, path: 'networks.lo.mode' })
  t.ok(
    lines.every(line => /^\S+wrong\.yaml:\d+:\d+: /.test(line)),
    'file, line and column in every line',
  )
})

t.test('check of a good config, of one with warnings and of none', async t => {
  const daemon = await makeDaemon(t)
  const file = join(daemon.folder, 'config.yaml')
  t.match(await bootwright(['check', '--config', file]), { code: 0, stdout: /good, 2 hosts/ })
  daemon.configure({ profiles: { debian: { kernel: 'images/none' } } })
  const warned = await bootwright(['check', '--config', file])
  t.match(warned, { code: 0, stderr: /^\S+:\d+:\d+: \S+: warning: .*does not exist yet/ })
  t.match(await bootwright(['check', '--strict', '--config', file]), { code: 1 })
  const none = await bootwright(['check', '--config', join(daemon.folder, 'none.yaml')])
  t.match(none, { code: 1, stderr: /none\.yaml:1:1: cannot be read: no such file/ })
  t.match(await bootwright(['serve', '--config', join(daemon.folder, 'none.yaml')]), { code: 1 })
})

t.test('wrong usage is exit code 2', async t => {
  const wrong = [
    [],
    ['instal', 'node1'],
    ['serve'],
    ['serve', '--config'],
    ['serve', '--confg', 'x'],
    ['check'],
    ['explain', '--config', join(import.meta.dirname, '../../config/example.yaml')],
    ['install'],
    ['install', 'node1', '--stop-after', '1'],
    ['install', 'node1', '--wiat'],
    ['show'],
    ['hosts', 'too', 'many'],
    ['cancel'],
  ]
  const outputs = await Promise.all(wrong.map(args => bootwright(args)))
  for (const [n, { code, stdout, stderr }] of outputs.entries()) {
    t.match({ code, stdout }, { code: 2, stdout: '' }, `bootwright ${wrong[n]?.join(' ')}`)
    t.notMatch(stderr, /\n {4}at /, 'a sentence, no stack')
    t.not(stderr, '')
  }
})

t.test('beside a mistake stands what was meant, and one line of usage', async t => {
  const { stderr } = await bootwright(['instal', 'node1'])
  t.equal(
    stderr,
    'bootwright: there is no command "instal"; did you mean "install"?\n' +
      'usage: bootwright COMMAND [options]; bootwright --help lists the commands\n',
  )
  const { stderr: option } = await bootwright(['install', 'node1', '--wiat'])
  t.equal(
    option,
    'bootwright install: there is no option --wiat; did you mean --wait?\n' +
      'usage: bootwright install HOST... [options]; bootwright install --help says more\n',
  )
})

t.test('no daemon, a wrong token and an answer of no', async t => {
  const daemon = await startDaemon(t)
  const token = daemon.write('token', 'not-the-token-of-this-daemon')
  const server = ['--server', daemon.url, '--token-file', token]
  t.match(await bootwright(['hosts', ...server]), { code: 3, stderr: /refused the token[^\n]+\n$/ })
  t.match(await daemon.cli('show', 'nobody'), { code: 1, stderr: /^[^\n]*nobody[^\n]*\n$/ })
  t.match(await daemon.cli('cancel', 'node1'), { code: 1, stderr: /nothing to cancel\n$/ })
  t.match(await daemon.cli('install', 'node1'), { code: 0, stdout: /^node1: install \S+ is asked/ })
  t.match(await daemon.cli('hosts'), { code: 0, stdout: /node1 .*pending/ })

  await daemon.kill()
  const lost = [['hosts'], ['show', 'node1'], ['install', 'node1'], ['cancel', 'node1'], ['leases']]
  for (const args of lost) {
    const output = await daemon.cli(...args)
    t.match(output, {
      code: 3,
      stdout: '',
      stderr: /^bootwright \w+: no daemon answers at [^\n]+\n$/,
    })
  }
})

t.test('install --wait follows to the end', async t => {
  const daemon = await startDaemon(t)
  const machine = makeMachine(daemon, await openDhcpWire(t, daemon.ports), '52:54:00:00:00:01')
  const waiting = daemon.cli('install', 'node1', '--wait')
  await until('pending', async () => (await daemon.cli('hosts')).stdout.includes('pending'))
  await machine.lease()
  await machine.script()
  for (const event of ['ready', 'done', 'up']) await machine.phoneHome(event)
  t.match(await waiting, { code: 0, stdout: /installed/ })
})

t.test('SIGTERM cuts what takes too long and ends with 0', async t => {
  const daemon = await makeDaemon(t)
  daemon.write('assets/images/big', Buffer.alloc(64 << 20))
  await daemon.start()
  const machine = makeMachine(daemon, await openDhcpWire(t, daemon.ports), '52:54:00:00:00:01')
  await bringTo('installing', daemon, 'node1', machine)
  const slow = await open(daemon, '/assets/images/big', {})
  const token = readFileSync(join(daemon.folder, 'data/admin-token'), 'utf8').trim()
  const stream = await open(daemon, '/api/v1/events', {
    accept: 'text/event-stream',
    authorization: `Bearer ${token}`,
  })
  const began = performance.now()
  t.strictSame(await daemon.stop(), { code: 0, signal: null })
  t.ok(performance.now() - began < 10_000, 'within 10 s')
  const errors = daemon.logs().filter(line => line.level >= 50)
  t.strictSame(errors, [], 'without an error')
  t.notMatch(JSON.stringify(daemon.logs()), token, 'no token in the log')
  t.notMatch(JSON.stringify(daemon.logs()), hookSecret, 'no secret in the log')
  for (const answer of [slow, stream]) answer.destroy()
  await daemon.start()
  t.equal((await machine.phoneHome('done')).status, 204, 'and all is still there')
})

t.test('what it says at start', async t => {
  const daemon = await startDaemon(t)
  const { folder, ports } = daemon
  const said = () => daemon.logs().map(({ msg }) => msg)
  const token = `the token to log in with is in ${join(folder, 'data/admin-token')}`
  await until('the last line', () => said().includes(token))
  t.match(
    said().find(line => line.startsWith('network lo: ')),
    /^network lo: DHCP server, 127\.0\.0\.0\/8( on lo)?, as 127\.0\.0\.1$/,
  )
  const page = `page and API: http://127.0.0.1:${ports.http}/ for 127.0.0.0/8, ::1/128`
  t.ok(said().includes(page))
})

/** A download of which only the beginning is read. */
function open(daemon: Daemon, path: string, headers: Record<string, string>) {
  const { http: port } = daemon.ports
  return new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false }, answer => {
      answer.on('error', () => {})
      answer.once('readable', () => resolve(answer))
    })
    asked.on('error', reject)
    asked.end()
  })
}
