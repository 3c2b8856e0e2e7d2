import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openDhcpWire, tftpGet } from './client.ts'
import { type Daemon, startDaemon, until } from './daemon.ts'
import { ask, makeMachine, show, untilTold } from './machine.ts'
import { openReceiver } from './receiver.ts'
import { debian, hookSecret, mac1, notify } from './settings.ts'

/** Goes on when it is told to, and says all it knows. */
const build = 'echo "$0"; env; while [ ! -e go ]; do sleep 0.05; done'
const password = 'hunter22-of-the-root'

t.test('no token and no password of a whole install is told to anybody', async t => {
  const daemon = await startDaemon(t, ports => ({
    syslog: { port: ports.syslog },
    admin: { tokens: [{ name: 'wall', tokenFile: 'wall-token' }] },
    profiles: {
      debian: { ...debian, callbacks: ['notify', 'chatty'], deploy: 'build', vars: { password } },
    },
    callbacks: {
      notify: notify(ports.hook),
      chatty: {
        when: ['asked', 'ready', 'installed'],
        command: { run: ['sh', '-c', 'env; echo "$0"; exit 1', '{{ phoneHome }} {{ filesUrl }}'] },
      },
      build: { command: { run: ['sh', '-c', build, '{{ files.answers }}'] } },
    },
  }))
  daemon.write('answers.txt', 'd-i passwd/root-password password {{ host.vars.password }}\n')
  await openReceiver(t, daemon.ports.hook)
  const machine = makeMachine(daemon, await openDhcpWire(t, daemon.ports), mac1)

  const session = await login(daemon)
  await ask(daemon, 'node1')
  const seen: string[] = [await everything(daemon)]
  await machine.lease()
  await tftpGet(daemon.ports.tftp, 'undionly.kpxe', machine.address())
  const { text: script } = await machine.script()
  const answers = / auto url=(\S+)/.exec(script)?.[1] ?? ''
  t.match((await machine.fetch(answers)).text, password, 'the machine itself gets it')
  seen.push(await everything(daemon))
  const cmdline = /^kernel .*$/m.exec(script)?.[0] ?? ''
  await sendSyslog(
    daemon,
    machine.address(),
    `<6>kernel: Command line: ${cmdline} a.passwordHash=${password}`,
  )
  await untilTold(daemon, 'node1', /Command line: .*phone-home\/\*\*\*/)
  await machine.phoneHome('ready', { facts: { cmdline, rootPassword: password } })
  await machine.phoneHome('progress', { message: `fetching ${answers}` })
  t.match(await show(daemon, 'node1'), { host: { message: /^fetching .*\*\*\*/ } })
  seen.push(await everything(daemon))
  daemon.write('go', '')
  await until(
    'the end of the deploy',
    async () => (await show(daemon, 'node1')).host.state === 'verifying',
  )
  await machine.phoneHome('up')
  await untilTold(daemon, 'node1', /chatty \(installed\) ended: exit code 1/)
  seen.push(await everything(daemon))
  const logs = ['stdout.log', 'stderr.log'].map(name =>
    readFileSync(join(daemon.folder, name), 'utf8'),
  )
  t.match(logs[0], /"host":"node1","kind":"state",.*"msg":"idle -> pending/, 'there is a log')
  t.match(seen.join(), 'BOOTWRIGHT_PHONE_HOME=', 'and the callbacks were chatty')

  const secrets = {
    'the admin token': readFileSync(join(daemon.folder, 'data/admin-token'), 'utf8').trim(),
    'the token of the wall': readFileSync(join(daemon.folder, 'wall-token'), 'utf8').trim(),
    'the token of the attempt': machine.token(),
    'the cookie of the session': session.cookie,
    'the secret of the webhook': hookSecret,
    'the password of root': password,
  }
  for (const [name, secret] of Object.entries(secrets)) {
    t.ok(secret.length > 15, `${name} is known here`)
    t.notOk(logs.join().includes(secret), `${name} is in no log`)
    t.notOk(seen.join().includes(secret), `${name} is in no answer of the API`)
  }
})

/** All that the API tells whoever may only look, and the previews. */
async function everything(daemon: Daemon): Promise<string> {
  const paths = [
    ...['/hosts', '/hosts/node1', '/hosts/node1/preview', '/hosts/node2/preview', '/status'],
    ...['/hosts/node1/doctor', '/events?limit=5000', '/leases', '/strangers', '/profiles'],
    ...['/callbacks?state=due&state=delivered&state=ended', '/admin-log', '/session', '/images'],
  ]
  const answers = await Promise.all(paths.map(path => daemon.get(path)))
  const metrics = await fetch(`${daemon.url}/metrics`).then(answer => answer.text())
  return `${JSON.stringify(answers)}${metrics}`
}

async function login(daemon: Daemon): Promise<{ cookie: string }> {
  const token = readFileSync(join(daemon.folder, 'data/admin-token'), 'utf8').trim()
  const answer = await fetch(`${daemon.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  const [, cookie = ''] = /bootwright=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? []
  return { cookie }
}

function sendSyslog(daemon: Daemon, from: string, text: string): Promise<void> {
  const socket = createSocket('udp4')
  return new Promise((resolve, reject) => {
    socket.bind({ address: from }, () => {
      socket.send(text, daemon.ports.syslog, '127.0.0.1', error => {
        socket.close()
        if (error) reject(error)
        else resolve()
      })
    })
  })
}
