import t from 'tap'
import type { HttpWay } from '../../src/boot/power.ts'
import { makeFolder } from '../folder.ts'
import { machine, openDesk, said } from './desk.ts'
import { type Answer, startPlug } from './plug.ts'

function wayOf(address: string, more: Partial<HttpWay> = {}): HttpWay {
  const at = (path: string) => ({ url: `http://${address}${path}`, method: 'GET' }) as const
  return {
    ...{ kind: 'http', name: 'plug', pause: 5 },
    ...{ on: at('/{{ host.vars.plug }}?on'), off: at('/off'), status: at('/status') },
    ...more,
  }
}

const node1 = machine('node1', { by: 'plug' }, { plug: 'socket7' })

t.test('a plug is switched on and off, and asked', async t => {
  let state = 'OFF'
  const { address, asked } = await startPlug(t, (request, response) => {
    if (request.url !== '/status') state = request.url === '/off' ? 'OFF' : 'ON'
    response.end(JSON.stringify({ POWER: state }))
  })
  const { desk, clock } = openDesk(t, [wayOf(address)])
  t.equal(said(await desk.run(node1, 'on')), 'on')
  t.equal(said(await desk.run(node1, 'cycle')), 'on')
  t.equal(clock.now, 5000, 'its capacitors had time')
  t.equal(said(await desk.run(node1, 'off')), 'off')
  const [first, , , off] = asked
  t.strictSame([first, off], ['GET /socket7?on', 'GET /off'])
})

t.test('a body is JSON of a template; Basic and Bearer come from files', async t => {
  const folder = makeFolder(t, { password: 'pass\n', token: 'tok\n' })
  const seen: (string | undefined)[] = []
  const { address, asked } = await startPlug(t, (request, response) => {
    seen.push(request.headers.authorization, request.headers['content-type'])
    response.end()
  })
  const url = `http://${address}/rpc`
  const on = { url, method: 'POST', body: '{"id":"{{ host.name }}"}' } as const
  const way = { kind: 'http', name: 'plug', pause: 5, on, off: on } as const
  const account = { user: 'me', passwordFile: `${folder}/password` }
  t.equal(said(await openDesk(t, [{ ...way, account }]).desk.run(node1, 'on')), 'unknown')
  const bearer = { ...way, tokenFile: `${folder}/token` }
  await openDesk(t, [bearer]).desk.run(node1, 'on')
  t.equal(asked[0], 'POST /rpc {"id":"node1"}')
  t.strictSame(seen, ['Basic bWU6cGFzcw==', 'application/json', 'Bearer tok', 'application/json'])
})

t.test('what goes wrong is said', async t => {
  const rows: readonly [string, Answer, RegExp][] = [
    [
      'redirects elsewhere',
      (_, response) => response.writeHead(302, { Location: 'http://127.0.0.66:1/x' }).end(),
      /sends us on to 127\.0\.0\.66:1, where nothing is sent$/,
    ],
    [
      'refuses',
      (_, response) => response.writeHead(500).end('no'),
      /refuses the request: status 500$/,
    ],
    [
      'wants a login',
      (_, response) => response.writeHead(401).end(),
      /refuses the token, or wants one$/,
    ],
    [
      'breaks off',
      request => request.socket.destroy(),
      /cannot be reached: it broke the connection off$/,
    ],
    [
      'answers 100 MB',
      (_, response) => {
        const piece = Buffer.alloc(65_536, 'x')
        const more = () => {
          while (!response.destroyed && response.write(piece));
        }
        response.on('drain', more)
        more()
      },
      /answers with more than 1024 KiB: it was not read on$/,
    ],
  ]
  for (const [name, answer, sentence] of rows) {
    const { address } = await startPlug(t, answer)
    t.match(said(await openDesk(t, [wayOf(address)]).desk.run(node1, 'on')), sentence, name)
  }
})

t.test('of what a plug says nothing but on or off is shown', async t => {
  const { address } = await startPlug(t, (request, response) => {
    const text = '\u001b[2Jit is \u001b]0;on\u0007 on'
    if (request.url === '/status') response.end(text)
    else response.writeHead(400, { 'X-Why': '\u009b2J' }).end(text)
  })
  const { desk } = openDesk(t, [wayOf(address)])
  t.equal(said(await desk.run(node1, 'status')), 'on')
  t.equal(said(await desk.run(node1, 'on')), `${address} refuses the request: status 400`)
})

t.test('one that never ends its answer is given up', async t => {
  const { address } = await startPlug(t, (_, response) => response.write('on '))
  const end = new AbortController()
  const way = wayOf(address)
  const { desk } = openDesk(t, [way], {
    signal: AbortSignal.any([end.signal, AbortSignal.timeout(300)]),
  })
  t.match(said(await desk.run(node1, 'status')), /gave no whole answer within 10 s$/)
})

t.test('nobody there, no such name, no password', async t => {
  const { address } = await startPlug(t, (_, response) => response.end())
  const gone = wayOf('127.0.0.1:9')
  t.match(said(await openDesk(t, [gone]).desk.run(node1, 'on')), /nothing listens there$/)
  const account = { user: 'me', passwordFile: `${makeFolder(t)}/none` }
  const locked = wayOf(address, { account })
  t.match(said(await openDesk(t, [locked]).desk.run(node1, 'on')), /none cannot be used: ENOENT$/)
})
