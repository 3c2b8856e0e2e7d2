import { PassThrough } from 'node:stream'
import t from 'tap'
import type { ConsoleMessage, ConsoleStatus } from '../../src/api/console.ts'
import { run } from '../../src/cli/console.ts'
import { createEscape } from '../../src/cli/escape.ts'
import { fakeIo, problem, type Route, startApi } from './fake.ts'

const url = '/api/v1/hosts/node1/console'
const is = (state: ConsoleStatus['state']): ConsoleStatus => ({ state, reason: null, until: null })

t.test('~. and its like, behind a line end only', async t => {
  const rows: readonly (readonly [string, string, string?])[] = [
    ['~.', '', 'end'],
    ['~?', '', 'help'],
    ['~~x', '~x'],
    ['ls ~/.ssh\r', 'ls ~/.ssh\r'],
    ['ls\r~.more', 'ls\r', 'end'],
    ['~x\r~y', '~x\r~y'],
    ['a~.b', 'a~.b'],
  ]
  for (const [typed, text, wants] of rows) {
    t.strictSame(createEscape()(typed), { text, ...(wants && { wants }) }, typed)
    const byKey = createEscape()
    const letters = [...typed].map(letter => byKey(letter))
    const end = letters.findIndex(one => one.wants)
    const sent = end < 0 ? letters : letters.slice(0, end + 1)
    t.equal(sent.map(one => one.text).join(''), text, `${typed}, key by key`)
  }
})

/** A terminal whose raw mode is noticed. */
function terminal() {
  const modes: boolean[] = []
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => modes.push(on),
  })
  return { stdin, modes }
}

/** A daemon whose stream is told what to say. */
function streamOf(messages: readonly ConsoleMessage[]): Route {
  return (_seen, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    messages.forEach((message, n) => {
      response.write(`id: ${n}\ndata: ${JSON.stringify(message)}\n\n`)
    })
  }
}

/** Resolves when it has written this. */
async function until(text: () => string, what: RegExp): Promise<void> {
  while (!what.test(text())) await new Promise(resolve => setImmediate(resolve))
}

t.test('it is followed, shown as it may be, and left by ~.', async t => {
  const stream = streamOf([
    { status: is('open') },
    { text: '\x1b]0;pwned\x07\x1b[31mlogin:\x1b[m ' },
    { dropped: 5000 },
  ])
  const { url: server, seen } = await startApi(t, { [`GET ${url}`]: stream })
  const { stdin, modes } = terminal()
  const { io, out, err } = fakeIo(t, server, { stdin, isTerminal: true })
  const ended = run(['node1'], io)
  await until(err, /5,000 bytes came too fast/)
  t.match(out(), '\x1b[31mlogin:\x1b[m ', 'also what a daemon lets through')
  t.notMatch(out(), 'pwned')
  stdin.write('reboot\r')
  stdin.write('~.')
  t.equal(await ended, 0)
  t.strictSame(
    seen.map(({ line }) => line),
    [`GET ${url}?last=16384`],
    'nothing is typed',
  )
  t.strictSame(modes, [true, false])
  t.ok(out().endsWith('\x1b8\r\n'), 'the terminal is as before')
})

t.test('without --write Ctrl-C leaves it; with it, it is typed', async t => {
  const typed: unknown[] = []
  const routes = {
    [`GET ${url}`]: streamOf([{ status: is('open') }]),
    [`POST ${url}`]: ({ body }: { body: unknown }) => {
      typed.push(body)
      return { host: 'node1' }
    },
  }
  const { url: server } = await startApi(t, routes)
  for (const [argv, keys, sent] of [
    [['node1'], '\x03', []],
    [['node1', '--write'], '\x03ls\r~.', [{ text: '\x03ls\r' }]],
  ] as const) {
    typed.length = 0
    const { stdin } = terminal()
    const { io, err } = fakeIo(t, server, { stdin, isTerminal: true })
    const ended = run([...argv], io)
    await until(err, /the console is open/)
    if (keys.length > 1) {
      stdin.write(keys.slice(0, -2))
      await until(() => String(typed.length), /1/)
      stdin.write(keys.slice(-2))
    } else stdin.write(keys)
    t.equal(await ended, 0)
    t.strictSame(typed, sent)
  }
})

t.test('what comes from a file waits until it is open; lines for who is no terminal', async t => {
  const typed: unknown[] = []
  let open = () => {}
  const over = new AbortController()
  const { url: server } = await startApi(t, {
    [`GET ${url}`]: (seen, response) => {
      const why = 'somebody else has it'
      const until = new Date(Date.parse('2026-03-01T12:01:04Z')).toISOString()
      streamOf([{ status: { state: 'waiting', reason: why, until } }])(seen, response)
      open = () => {
        response.write(`data: ${JSON.stringify({ status: is('open') })}\n\n`)
        response.write(`data: ${JSON.stringify({ text: '\x1b[2Ja\r\nb\r\n' })}\n\n`)
      }
    },
    [`POST ${url}`]: ({ body }) => {
      typed.push(body)
      return { host: 'node1' }
    },
  })
  const input = 'root\n'.repeat(1000)
  const { io, out, err } = fakeIo(t, server, { input, signal: over.signal })
  const ended = run(['node1', '--write'], io)
  await until(err, /somebody else has it; it is tried again in 4 s/)
  t.equal(typed.length, 0)
  open()
  await until(out, /b\n/)
  await until(() => String(typed.length), /2/)
  t.equal(typed.map(one => (one as { text: string }).text).join(''), input)
  t.equal(out(), 'a\nb\n')
  over.abort()
  t.equal(await ended, 0)
})

t.test('a token that only looks, a host without a console', async t => {
  const { url: server } = await startApi(t, {
    [`GET ${url}`]: streamOf([{ status: is('open') }]),
    [`POST ${url}`]: (_seen, response) =>
      problem(response, 403, 'the token wall has the scope read'),
    'GET /api/v1/hosts/node2/console': (_seen, response) =>
      problem(response, 409, 'the config knows no way to its console'),
  })
  const { io, err } = fakeIo(t, server, { input: 'x' })
  t.equal(await run(['node1', '--write'], io), 3)
  t.match(err(), /scope read/)
  const none = fakeIo(t, server)
  t.equal(await run(['node2'], none.io), 1)
  t.match(none.err(), /knows no way to its console/)
})

t.test('what is kept, of an attempt, as lines', async t => {
  const text = 'a\x1b]0;x\x07\nb'
  const { url: server, seen } = await startApi(t, {
    [`GET ${url}`]: ({ line }) => ({ host: 'node1', text: line.includes('=7') ? '' : text }),
  })
  const kept = fakeIo(t, server)
  t.equal(await run(['node1', '--attempt', '2', '--last', '100'], kept.io), 0)
  t.equal(kept.out(), 'a\nb\n')
  t.equal(seen.at(-1)?.line, `GET ${url}?attempt=2&last=100`)
  const none = fakeIo(t, server)
  t.equal(await run(['node1', '--attempt', '7'], none.io), 1)
  t.match(none.err(), /nothing is kept/)
  const wrong = fakeIo(t, server)
  t.equal(await run(['node1', '--attempt', 'x'], wrong.io), 2)
  t.match(wrong.err(), /--attempt is a number/)
  const both = fakeIo(t, server)
  t.equal(await run(['node1', '--kept', '--write'], both.io), 2)
})
