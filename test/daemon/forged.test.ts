import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { decodeTftp, encodeTftp } from '../../src/wire/tftp-packet.ts'
import { after } from '../patience.ts'
import { http, openDhcpWire, tftpGet } from './client.ts'
import { type Daemon, startDaemon, until } from './daemon.ts'
import { bringTo, type Machine, makeMachine, show, timeline } from './machine.ts'
import { debian, mac1, type Settings } from './settings.ts'

const config = 'grub/grub.cfg-01-52-54-00-00-00-01'

async function lan(t: Test, settings: Settings = {}) {
  const daemon = await startDaemon(t, settings)
  const wire = await openDhcpWire(t, daemon.ports)
  const machine = makeMachine(daemon, wire, mac1)
  await machine.lease()
  return { daemon, machine }
}

/** Sends a request from an address and acknowledges nothing; what came back first. */
async function request({ ports }: Daemon, from: string, file = config): Promise<string> {
  const socket = createSocket('udp4')
  socket.bind({ address: from })
  await once(socket, 'listening')
  const asked = encodeTftp({ kind: 'rrq', file, mode: 'octet', options: new Map() })
  const again = setInterval(() => socket.send(asked, ports.tftp, '127.0.0.1'), 400)
  let stop = () => {}
  try {
    return await new Promise((resolve, reject) => {
      stop = after(10, () => reject(new Error('no answer by TFTP')))
      socket.on('message', bytes => {
        const packet = decodeTftp(bytes)
        resolve(packet.kind === 'data' ? Buffer.from(packet.payload).toString() : packet.kind)
      })
      socket.send(asked, ports.tftp, '127.0.0.1')
    })
  } finally {
    clearInterval(again)
    stop()
    socket.close()
  }
}

const homeIn = (text: string) => /bootwright=http:\/\/[^/]+(\/phone-home\/[\w-]+)/.exec(text)?.[1]

function say(daemon: Daemon, machine: Machine, home: string | undefined, event: string) {
  const from = machine.address()
  return http(daemon.ports.http, `${home}?event=${event}`, { from, method: 'POST' })
}

t.test('requests by TFTP that nobody acknowledges, and DISCOVERs, use up no attempts', async t => {
  const { daemon, machine } = await lan(t)
  await bringTo('pending', daemon, 'node1', machine)
  const homes = new Set<string | undefined>()
  for (let n = 0; n < 5; n++) {
    homes.add(homeIn(await request(daemon, machine.address())))
    await machine.lease()
  }
  t.equal(homes.size, 1)
  t.match((await show(daemon, 'node1')).host, { state: 'pending', attempt: 0 })
  t.notMatch((await timeline(daemon, 'node1')).join('\n'), /GRUB config|booting/)

  const text = String(await tftpGet(daemon.ports.tftp, config, machine.address()))
  t.match([...homes], [homeIn(text)], 'the machine itself has the same token')
  await until('booting', async () => (await show(daemon, 'node1')).host.state === 'booting')
  t.match((await show(daemon, 'node1')).host, { attempt: 1 })
  t.match((await timeline(daemon, 'node1')).join('\n'), 'GRUB config')
  for (let n = 0; n < 5; n++) {
    await machine.lease()
    await request(daemon, machine.address())
  }
  t.match((await show(daemon, 'node1')).host, { state: 'booting', attempt: 1 })
  t.equal((await say(daemon, machine, homeIn(text), 'ready')).status, 204)
  t.match((await show(daemon, 'node1')).host, { state: 'installing', attempt: 1 })
})

t.test('a token that was on its way when the daemon was killed is good', async t => {
  const { daemon, machine } = await lan(t)
  await bringTo('pending', daemon, 'node1', machine)
  const home = homeIn(await request(daemon, machine.address()))
  await daemon.kill()
  await daemon.start()
  t.match((await show(daemon, 'node1')).host, { state: 'pending', attempt: 0 })
  t.equal((await http(daemon.ports.http, `${home}?event=ready`, { method: 'POST' })).status, 403)
  t.match((await show(daemon, 'node1')).host, { state: 'pending', attempt: 0 })
  t.equal((await say(daemon, machine, home, 'ready')).status, 204)
  t.match((await show(daemon, 'node1')).host, { state: 'installing', attempt: 1 })
})

t.test('a choice in a menu that nobody acknowledges asks for nothing', async t => {
  const menu = { hosts: { node1: { mac: mac1, boot: 'menu' } }, profiles: { debian } }
  const { daemon, machine } = await lan(t, menu)
  const get = (file: string) => tftpGet(daemon.ports.tftp, file, machine.address()).then(String)
  const choice = /menu\/[\w-]+\/debian\.\w+/.exec(await get(config))?.[0] ?? ''
  for (let n = 0; n < 3; n++) {
    t.match(await request(daemon, machine.address(), choice), 'node1 installs debian, attempt 1')
  }
  t.match((await show(daemon, 'node1')).host, { state: 'idle', attempt: 0 })
  t.notMatch((await timeline(daemon, 'node1')).join('\n'), 'chosen at the machine')

  const home = homeIn(await get(choice))
  await until('booting', async () => (await show(daemon, 'node1')).host.state === 'booting')
  t.equal(homeIn(await get(choice)), home, 'the same boot asks again')
  t.match((await show(daemon, 'node1')).host, { attempt: 1 })
  t.equal((await say(daemon, machine, home, 'ready')).status, 204)
})
