import type { Socket } from 'node:dgram'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import t from 'tap'
import { openDhcp } from '../../src/dhcp/server.ts'
import { formatIpv4, parseSubnet } from '../../src/wire/address.ts'
import { ip, network, world } from './examples.ts'

/** The part of the npm package `dhcp` that is used here; it has no types. */
interface NpmClient {
  readonly _sock: Socket
  on(event: 'bound', listener: (state: NpmState) => void): void
  on(event: 'error', listener: (error: unknown) => void): void
  listen(port: number, host: string, ready: () => void): void
  sendDiscover(): void
  close(done: () => void): void
}

interface NpmState {
  readonly address: string
  readonly server: string
  readonly options: Readonly<Record<string, unknown>>
}

const npm: { createClient(options: object): NpmClient } = createRequire(import.meta.url)('dhcp')

t.test('the npm client gets a lease', async t => {
  const subnet = parseSubnet('127.0.0.0/8')
  if (!subnet) throw new Error('unreachable')
  const range = { from: ip('127.7.0.50'), to: ip('127.7.0.90') }
  const serverAddress = ip('127.0.0.1')
  const w = world({ networks: [network({ subnet, serverAddress, range })] })
  const dhcp = await freePort()
  const client = npm.createClient({
    mac: '52-54-00-00-00-07',
    features: ['netmask', 'dns', 'domainName'],
  })
  t.teardown(() => new Promise<void>(resolve => client.close(resolve)))
  const server = await openDhcp({
    ports: { dhcp, proxy: await freePort() },
    deps: w.deps,
    commit: async lease => void w.leases.set(lease.address, lease),
    // Its first REQUEST names neither server nor address; its second try names the address.
    seen: ({ kind, asked }) => {
      if (asked === 'request' && kind === 'none') client.sendDiscover()
    },
    log: { debug() {}, error: (_, message) => t.fail(message) },
  })
  t.teardown(() => server.close())

  redirect(client._sock, dhcp)
  const bound = new Promise<NpmState>((resolve, reject) => {
    client.on('bound', resolve)
    client.on('error', reject)
  })
  client.listen(dhcp + 1, '0.0.0.0', () => client.sendDiscover())

  const state = await bound
  const [lease] = w.leases.values()
  t.equal(state.address, lease && formatIpv4(lease.address))
  t.match(lease, { mac: '52:54:00:00:00:07', state: 'active' })
  t.match(state.options, { netmask: '255.0.0.0', dns: ['10.77.0.1', '9.9.9.9'] })
})

/** The package sends to port 67 only; here, to our port on loopback. */
function redirect(socket: Socket, port: number): void {
  const send = socket.send.bind(socket)
  Object.assign(socket, {
    send: (bytes: Uint8Array, at: number, length: number) =>
      send(bytes, at, length, port, '127.0.0.1'),
  })
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port < 65_000 ? port : freePort()
}
