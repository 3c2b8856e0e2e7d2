import { once } from 'node:events'
import { connect } from 'node:net'
import { mock } from 'node:test'
import t, { type Test } from 'tap'
import { openSyslogTcp } from '../../src/syslog/tcp.ts'

async function open(t: Test) {
  const heard: string[] = []
  let wake = () => {}
  const take = (bytes: Uint8Array) => {
    heard.push(Buffer.from(bytes).toString())
    wake()
  }
  const server = await openSyslogTcp({ address: '127.0.0.1', port: 0 }, take, t.fail)
  t.teardown(server.close)
  const dial = async () => {
    const socket = connect({ host: '127.0.0.1', port: server.port })
    t.teardown(() => socket.destroy())
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  const until = async (count: number) => {
    while (heard.length < count) await new Promise<void>(resolve => (wake = resolve))
    return heard
  }
  return { dial, until }
}

t.test('lines and lengths arrive, and what the end of a connection ends', async t => {
  const { dial, until } = await open(t)
  const socket = await dial()
  socket.write('<14>Nov 28 07:00:00 n1 anaconda: hello\n10 <14>a: one')
  await until(2)
  socket.end('<14>the last')
  t.strictSame(await until(3), [
    '<14>Nov 28 07:00:00 n1 anaconda: hello',
    '<14>a: one',
    '<14>the last',
  ])
})

t.test('one address has so many connections: the longest silent goes', async t => {
  const { dial, until } = await open(t)
  const first = await dial()
  const gone = once(first, 'close')
  for (let n = 0; n < 8; n++) (await dial()).write(`<14>${n}\n`)
  await gone
  t.equal((await until(8)).length, 8)
})

t.test('many connections together are heard as often as some', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const heard = new Set<string>()
  let lines = 0
  const take = (_: Uint8Array, from: string) => {
    heard.add(from)
    lines++
  }
  const server = await openSyslogTcp({ address: '127.0.0.1', port: 0 }, take, t.error)
  t.teardown(() => server.close())
  const connections = 20
  for (let n = 1; n <= connections; n++) {
    const from = { host: '127.0.0.1', port: server.port, localAddress: `127.0.0.${n}` }
    const socket = connect(from)
    t.teardown(() => socket.destroy())
    socket.on('error', () => {})
    socket.write('<14>flood\n'.repeat(50_000))
  }
  while (heard.size < connections) await turns(1)
  // Those that were admitted first rest for less.
  mock.timers.tick(10 * connections)
  await turns(200)
  const before = lines
  mock.timers.tick(60)
  await turns(200)
  t.equal(lines, before, 'alone one would be heard again after 50 ms')
  mock.timers.tick(10 * connections)
  while (lines === before) await turns(1)
  t.pass('and all go on')
})

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise(resolve => setImmediate(resolve))
}
