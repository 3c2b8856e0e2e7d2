import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { http, openDhcpWire, tftpGet } from './client.ts'
import { type Daemon, startDaemon, until } from './daemon.ts'
import { bringTo, type Machine, makeMachine, show, timeline, untilTold } from './machine.ts'
import { debian, mac1, mac2 } from './settings.ts'

/** A daemon whose callbacks put what machines say into every place there is. */
interface Stage {
  readonly daemon: Daemon
  /** Its install has begun, and it phones home. */
  readonly machine: Machine
  /** Paths of the webhooks that came. */
  readonly hooked: string[]
}

const climbing = '../../admin/delete?all=1#'
const hostile = '\u001b[2J\u202eline one\r\nline two'

/** Each row of the table in docs/security.md by its first two columns, and what holds its rule. */
const checks: Readonly<Record<string, (t: Test, stage: Stage) => Promise<void>>> = {
  '`message`, `facts.*` | URL of a webhook': async (t, { daemon, hooked }) => {
    const path = await until('the webhook', () => hooked[0])
    t.equal(path, '/host/..%2F..%2Fadmin%2Fdelete%3Fall%3D1%23/failed')
    await untilTold(daemon, 'node1', /up \(failed\).*climbs nowhere/)
    t.equal(hooked.length, 1, 'the other one was not sent')
  },
  '`message`, `facts.*` | argument of a command or script, path, flake': async (t, { daemon }) => {
    const lines = await until('both refusals', async () => {
      const told = (await timeline(daemon, 'node1')).filter(text =>
        /what a machine says/.test(text),
      )
      return told.length >= 2 && told
    })
    t.ok(lines.some(line => /option/.test(line)))
    t.ok(lines.some(line => /climb/.test(line)))
    t.notOk(existsSync(join(daemon.folder, 'ran')), 'the program did not run')
  },
  '`message`, `facts.*` | environment, body of a webhook, files beside a callback': async (
    t,
    { daemon },
  ) => {
    await untilTold(daemon, 'node1', /^said$/)
    t.equal(readFileSync(join(daemon.folder, 'said'), 'utf8'), climbing, 'as data')
  },
  '`facts` | database, API, page': async (t, { daemon, machine }) => {
    const names = Array.from({ length: 300 }, (_, n) => [`name${n}`, n])
    const answer = await machine.phoneHome('progress', { facts: Object.fromEntries(names) })
    t.equal(answer.status, 204, 'the event counts')
    await untilTold(daemon, 'node2', /300 .*256/)
    t.notOk('name0' in ((await show(daemon, 'node2')).host as { facts?: object }), 'left out')
  },
  '`message`, syslog, output of callbacks | log, timeline, terminal': async (t, stage) => {
    const { daemon, machine } = stage
    await machine.phoneHome('progress', { percent: 5, message: `${hostile} ${machine.token()}` })
    const line = await untilTold(daemon, 'node2', /line one/)
    t.notMatch(line, /\p{Cc}|\u202e/u)
    t.notMatch(line, machine.token())
    const { stdout } = await daemon.cli('events', 'node2')
    t.notMatch(stdout.replaceAll('\n', ''), /\p{Cc}|\u202e/u)
    for (const { msg } of daemon.logs()) t.notMatch(msg, /\p{Cc}|\u202e/u)
  },
  "a machine's console | terminals of people, the page": async (t, { daemon }) => {
    type Console = { readonly text: string }
    const { text } = await until('its console', async () => {
      const said = await daemon.get<Console>('/hosts/node2/console')
      return said.text.includes('line two') && said
    })
    t.notMatch(text, /a title|\[6n|\u202e/, 'no title, no question')
    const { stdout } = await daemon.cli('console', 'node2', '--kept')
    t.match(stdout, 'line two')
    t.notMatch(stdout, /a title|\[6n|\u202e/)
  },
  'a disk that is captured | `assets/images/.captures`': async (t, { daemon, machine }) => {
    const post = (token: string, from: string) =>
      http(daemon.ports.http, `/captures/${token}?at=0&bytes=9`, {
        ...{ method: 'POST', from, type: 'application/octet-stream', body: 'not asked' },
      })
    // Its install has another installer, and of it nobody has asked for its disk.
    for (const token of ['AAAAAAAAAAAAAAAAAAAAAAAA', machine.token()])
      t.equal((await post(token, machine.address())).status, 404)
    t.notOk(existsSync(join(daemon.folder, 'assets/images/.captures')))
  },
  'path of a URL or of TFTP | files': async (t, { daemon: { ports } }) => {
    for (const path of ['../config.yaml', '..%2fconfig.yaml', 'images/../../config.yaml']) {
      t.match(await http(ports.http, `/assets/${path}`), { status: /40[034]/ })
    }
    await t.rejects(tftpGet(ports.tftp, '../config.yaml'), { name: 'TftpError' })
    await t.rejects(tftpGet(ports.tftp, '../../data/admin-token'), { name: 'TftpError' })
  },
  '`Host` | page, API, metrics': async (t, { daemon: { ports } }) => {
    for (const path of ['/', '/api/v1/hosts', '/metrics']) {
      const answer = await http(ports.http, path, { headers: { host: 'evil.example' } })
      t.equal(answer.status, 421, path)
    }
  },
  'query, form | fields': async (t, { daemon, machine }) => {
    const url = `/phone-home/${machine.token()}`
    const many = Array.from({ length: 150 }, (_, n) => `f${n}=${n}`).join('&')
    const answer = await http(daemon.ports.http, url, {
      ...{ method: 'POST', from: machine.address(), type: 'application/x-www-form-urlencoded' },
      body: `event=progress&percent=7&${many}&message=after+all`,
    })
    t.equal(answer.status, 204)
    await untilTold(daemon, 'node2', /progress 7 %/)
    t.notMatch((await timeline(daemon, 'node2')).join('\n'), 'after all', 'the 154th is not read')
  },
}

t.test('every place where words of machines land keeps its rule', async t => {
  const stage = await startStage(t)
  const rows = rowsOf(readFileSync('docs/security.md', 'utf8'))
  t.strictSame(rows.toSorted(), Object.keys(checks).sort(), 'each row has its check')
  for (const [row, check] of Object.entries(checks)) await t.test(row, t => check(t, stage))
})

/** Value and place of each row. */
function rowsOf(text: string): string[] {
  const [, table = ''] = text.split('| value | place | rule |\n|---|---|---|\n')
  const [rows = ''] = table.split('\n\n')
  return rows
    .trim()
    .split('\n')
    .map(row => row.split(' | ').slice(0, 2).join(' | ').replace(/^\| /, ''))
}

async function startStage(t: Test): Promise<Stage> {
  const hooked: string[] = []
  const daemon = await startDaemon(t, ({ hook }) => {
    const when = ['failed']
    const url = (what: string) => `http://127.0.0.1:${hook}/host/${what}/failed`
    const run = (script: string, arg: string) => {
      return { when, command: { run: ['sh', '-c', script, 'sh', arg] } }
    }
    const say = 'printf %s "$BOOTWRIGHT_MESSAGE" > "$1/said"; echo said'
    const serial = `printf '\\033]0;a title\\007\\033[6n%s' '${hostile}'; sleep 60`
    return {
      consoles: { serial: { command: { run: ['sh', '-c', serial] } } },
      hosts: {
        node1: { mac: mac1, profile: 'debian' },
        node2: { mac: mac2, profile: 'debian', console: 'serial' },
      },
      profiles: { debian: { ...debian, callbacks: ['hook', 'up', 'option', 'climb', 'say'] } },
      callbacks: {
        hook: { when, webhook: { url: url('{{ message }}') } },
        up: { when, webhook: { url: url('{{ facts.up }}') } },
        option: run('touch ran', '{{ facts.option }}'),
        climb: run('touch ran', 'logs/{{ message }}'),
        say: run(say, '.'),
      },
    }
  })
  const server = createServer((request, response) => {
    hooked.push(request.url ?? '')
    response.writeHead(204).end()
  })
  await new Promise<void>(resolve => server.listen(daemon.ports.hook, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const wire = await openDhcpWire(t, daemon.ports)
  const first = makeMachine(daemon, wire, mac1)
  await bringTo('installing', daemon, 'node1', first)
  const facts = { up: '..', option: '--output=/etc/passwd' }
  await first.phoneHome('failed', { message: climbing, facts })
  const machine = makeMachine(daemon, wire, mac2)
  await bringTo('installing', daemon, 'node2', machine)
  return { daemon, machine, hooked }
}
