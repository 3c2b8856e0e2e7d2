import { createSocket } from 'node:dgram'
import { type IncomingMessage, request } from 'node:http'
import t from 'tap'
import { openDhcpWire } from './client.ts'
import { type Daemon, startDaemon, until } from './daemon.ts'
import { follow } from './follow.ts'
import { makeMachine, show, untilTold } from './machine.ts'
import { mac1, mac2 } from './settings.ts'

t.test('a download is seen while it goes on: rate, what is left, and its end', async t => {
  const daemon = await startDaemon(t)
  const size = 64 << 20
  daemon.write('assets/images/large', Buffer.alloc(size))
  const machine = makeMachine(daemon, await openDhcpWire(t, daemon.ports), mac1)
  await machine.lease()
  const rows = await follow(t, daemon)
  const download = await open(daemon, '/assets/images/large', machine.address())
  const goesOn = await until('a row of the running download', () => {
    // A piece at each look: a slow reader.
    download.read()
    const row = rows.findLast(({ download: d }) => d && d.bytes > 0 && !d.complete)
    return row?.download ?? undefined
  })
  t.match(goesOn, { name: 'large', url: '/assets/images/large', by: 'http', size })
  t.ok(goesOn.rate > 0, 'it has a rate')
  t.ok(goesOn.left !== null && goesOn.left >= 0, 'and something is left')
  t.match((await show(daemon, 'node1')).host, { download: { size, complete: false } })
  t.match((await daemon.cli('show', 'node1')).stdout, /^Download +large.* of 67 MB, .*\/s/m)

  download.resume()
  const end = await until('its end', () => rows.findLast(row => row.download?.complete)?.download)
  t.match(end, { bytes: size, left: 0 })
  await untilTold(daemon, 'node1', /^HTTP: large sent, 67 MB in \d+\.\d s$/)
})

t.test('what a host says by syslog is in its timeline, and nobody else’s', async t => {
  const daemon = await startDaemon(t, ports => ({ syslog: { port: ports.syslog } }))
  const wire = await openDhcpWire(t, daemon.ports)
  const machine = makeMachine(daemon, wire, mac1)
  const other = makeMachine(daemon, wire, mac2)
  await machine.lease()
  await other.lease()
  const send = (from: string, text: string) => sendFrom(from, daemon.ports.syslog, text)
  await send('127.0.0.200', '<13>Nov 21 02:40:01 x app: from nobody we know')
  await send(other.address(), '<13>1 - node2 app - - - from the other')
  await send(machine.address(), '<11>Nov 21 02:40:01 node1 d-i[42]: no\u001b[31m disk')
  await untilTold(daemon, 'node1', /^d-i\[42\]: no \[31m disk$/)
  await untilTold(daemon, 'node2', /^app: from the other$/)
  const { events } = await daemon.get<{ events: object[] }>('/events?kind=syslog')
  t.equal(events.length, 2)
  t.match(events, [{ host: 'node2' }, { host: 'node1', kind: 'syslog', data: { severity: 'err' } }])
  const metrics = await fetch(`${daemon.url}/metrics`).then(answer => answer.text())
  t.match(metrics, /^bootwright_syslog_messages_total\{result="kept"\} 2$/m)
  t.match(metrics, /^bootwright_syslog_messages_total\{result="stranger"\} 1$/m)
  t.match(
    metrics,
    /^bootwright_dhcp_messages_total\{network="lo",type="request",answer="ack"\} 2$/m,
  )
  t.match(metrics, /^bootwright_dhcp_reply_seconds_count 4$/m)
  t.match(metrics, /^bootwright_leases\{network="lo",state="used"\} 2$/m)
})

t.test('syslog is off where nobody asks for it, and its port may be taken', async t => {
  const daemon = await startDaemon(t)
  const holder = createSocket('udp4')
  t.teardown(() => holder.close())
  await new Promise<void>(resolve => holder.bind(daemon.ports.syslog, '127.0.0.1', resolve))
  daemon.configure({ syslog: { port: daemon.ports.syslog } })
  t.equal((await daemon.stop()).code, 0)
  const { code, stderr } = await daemon.run()
  t.equal(code, 1)
  t.match(
    stderr,
    new RegExp(`^bootwright: UDP port ${daemon.ports.syslog} on 127.0.0.1 is taken by`),
  )
})

t.test('tokens follow a reload: who loses one is out', async t => {
  const daemon = await startDaemon(t)
  const file = daemon.write('wall-token', 'a-token-for-the-wall\n')
  const whoami = async () => {
    const headers = { authorization: 'Bearer a-token-for-the-wall' }
    const answer = await fetch(`${daemon.url}/api/v1/session`, { headers })
    return answer.status === 200 ? answer.json() : answer.status
  }
  t.equal(await whoami(), 401)
  daemon.configure({ admin: { tokens: [{ name: 'wall', tokenFile: file }] } })
  await daemon.reload()
  t.match(await whoami(), { name: 'wall', scope: 'read' })
  daemon.write('wall-token', 'short\n')
  t.match(await daemon.reload(), { msg: /^reload refused/ })
  t.match(await whoami(), { name: 'wall' }, 'the running ones stay')
  daemon.write('wall-token', 'another-token-for-the-wall\n')
  await daemon.reload()
  t.equal(await whoami(), 401)
})

function open(daemon: Daemon, path: string, from: string): Promise<IncomingMessage> {
  const options = { host: '127.0.0.1', port: daemon.ports.http, path, localAddress: from }
  return new Promise((resolve, reject) => {
    request({ ...options, agent: false }, resolve)
      .on('error', reject)
      .end()
  })
}

function sendFrom(from: string, port: number, text: string): Promise<void> {
  const socket = createSocket('udp4')
  return new Promise((resolve, reject) => {
    socket.bind({ address: from }, () => {
      socket.send(text, port, '127.0.0.1', error => {
        socket.close()
        if (error) reject(error)
        else resolve()
      })
    })
  })
}
