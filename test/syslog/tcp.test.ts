import { once } from 'node:events'
import { connect } from 'node:net'
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
