import { once } from 'node:events'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import type { ConsoleAnswer, ConsoleMessage } from '../../../src/api/console.ts'
import { readToken, startHttp, token } from '../daemon.ts'

/** A machine whose console is a program: what it says, and it echoes in capitals what is typed. */
const config = (script: string) => `
dataDir: data
assets: assets
networks: { lan: { interface: lo } }
profiles: { debian: { kernel: linux } }
consoles: { port: { command: { run: [sh, -c, '${script}'] } } }
hosts:
  node1: { mac: "52:54:00:12:34:56", profile: debian, console: port }
  node2: { mac: "52:54:00:12:34:57", profile: debian }
`
const echo = 'printf "firmware\\r\\n"; while read line; do echo "$line" | tr a-z A-Z; done'

async function serve(t: Test, script = echo) {
  const http = await startHttp(t, '', { config: config(script) })
  await http.app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => http.wired.consoles.close())
  const { port } = http.app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/api/v1/hosts`
  /** By the wire, as the streams are. */
  const type = (name: string, text: string) =>
    fetch(`${url}/${name}/console`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
    })
  return { ...http, type, consoles: http.wired.consoles, url }
}

/** Follows a console; `heard` resolves when a message fits. */
async function follow(t: Test, url: string, headers: Readonly<Record<string, string>> = {}) {
  const request = get(url, {
    headers: { authorization: `Bearer ${readToken}`, accept: 'text/event-stream', ...headers },
  })
  const [response] = await once(request, 'response')
  t.teardown(() => request.destroy())
  const messages: ConsoleMessage[] = []
  let rest = ''
  let last = ''
  const wanted = new Set<() => void>()
  response.on('data', (piece: Buffer) => {
    const all = (rest + piece).split('\n\n')
    rest = all.pop() ?? ''
    for (const one of all) {
      last = /^id: (\d+)$/m.exec(one)?.[1] ?? last
      const data = /^data: (.*)$/m.exec(one)?.[1]
      if (data !== undefined) messages.push(JSON.parse(data))
    }
    for (const look of wanted) look()
  })
  const text = () => messages.map(one => one.text ?? '').join('')
  const heard = (is: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (is()) resolve()
      }
      wanted.add(look)
      response.once('close', () => reject(new Error(`the stream has ended after ${text()}`)))
      look()
    })
  return {
    status: response.statusCode as number,
    response,
    request,
    messages,
    text,
    heard,
    last: () => last,
  }
}

t.test('two follow one console, one types, and both hear it', async t => {
  const { url, admin, type, consoles } = await serve(t)
  const one = await follow(t, `${url}/node1/console`)
  const other = await follow(t, `${url}/node1/console`)
  await one.heard(() => /firmware/.test(one.text()))
  const typed = await type('node1', 'hello\n')
  t.equal(typed.status, 200)
  await one.heard(() => /HELLO/.test(one.text()))
  await other.heard(() => /HELLO/.test(other.text()))
  t.ok(one.messages.some(({ status }) => status?.state === 'open'))
  t.equal(consoles.state('node1').state, 'open')

  const list: ConsoleAnswer = (await admin('GET', '/hosts/node1/console')).json()
  t.match(list, { by: 'port', text: 'firmware\nHELLO\n', status: { state: 'open' }, from: 0 })
  t.strictSame(list.parts, [{ install: null, attempt: null, from: 0, to: list.to }])
  const short: ConsoleAnswer = (await admin('GET', '/hosts/node1/console?last=6')).json()
  t.equal(short.text, 'HELLO\n')
  const none: ConsoleAnswer = (await admin('GET', '/hosts/node1/console?attempt=1')).json()
  t.equal(none.text, '')

  const again = await follow(t, `${url}/node1/console`, { 'last-event-id': one.last() })
  await type('node1', 'more\n')
  await again.heard(() => /MORE/.test(again.text()))
  t.equal(again.text(), 'MORE\n', 'it goes on where it stopped')
  const { entries } = (await admin('GET', '/admin-log')).json()
  const deeds = entries.filter((row: { action: string }) => row.action === 'console')
  t.match(deeds, [{ who: 'admin', text: 'types at the console of node1', hosts: ['node1'] }])
  t.equal(deeds.length, 1, 'who types is told once')
})

t.test('who may, and who has a console', async t => {
  const { url, app, type } = await serve(t)
  const asked = {
    method: 'POST',
    url: '/api/v1/hosts/node1/console',
    remoteAddress: '127.0.0.1',
  } as const
  const reader = { authorization: `Bearer ${readToken}` }
  const refused = await app.inject({ ...asked, headers: reader, payload: { text: 'x' } })
  t.equal(refused.statusCode, 403)
  t.equal((await type('node1', 'x')).status, 409, 'nobody follows it')
  t.equal((await follow(t, `${url}/node2/console`)).status, 409)
  t.equal((await follow(t, `${url}/nobody/console`)).status, 404)
  const long = await type('node1', 'x'.repeat(5000))
  t.equal(long.status, 400)
})

t.test('control codes reach no reader raw', async t => {
  const evil =
    'printf "\\033]0;title\\007\\033[6n\\033[31mred\\033[m\\r\\n\\033]52;c;cm0=\\007"; sleep 60'
  const { url, admin } = await serve(t, evil)
  const one = await follow(t, `${url}/node1/console`)
  await one.heard(() => /red/.test(one.text()))
  t.equal(one.text().trimEnd(), '\x1b[31mred\x1b[m')
  t.equal((await admin('GET', '/hosts/node1/console')).json().text, 'red\n')
})

t.test('a reader that is too slow for a flood is told how much is gone', async t => {
  const { url, consoles } = await serve(t, 'exec yes 0123456789')
  const slow = await follow(t, `${url}/node1/console?last=10`)
  slow.response.pause()
  const kept = consoles.kept('node1')
  while (kept.begin() < 500_000) await new Promise(resolve => setImmediate(resolve))
  slow.response.resume()
  await slow.heard(() => slow.messages.some(({ dropped }) => (dropped ?? 0) > 0))
  t.ok(kept.end() - kept.begin() <= 1024 * 1024, 'it is bounded')
  slow.request.destroy()
})

t.test('the doctor reads it', async t => {
  const { url, admin } = await serve(
    t,
    'echo "Kernel panic - not syncing: Fatal exception"; sleep 60',
  )
  const one = await follow(t, `${url}/node1/console`)
  await one.heard(() => /panic/.test(one.text()))
  const { verdicts } = (await admin('GET', '/hosts/node1/doctor')).json()
  t.match(verdicts[0], {
    id: 'kernel-panic',
    evidence: ['on its console: Kernel panic - not syncing: Fatal exception'],
  })
})
