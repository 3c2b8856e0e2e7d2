import type { AddressInfo, Server } from 'node:net'
import { forwardTo } from './forward.ts'
import { leadInto } from './lead-into.ts'
import type { Network } from './network.ts'

/**
 * Makes the daemon's port 8080 inside a network reachable at 127.0.0.1 of this computer. `wanted` is taken
 * where it is free, else any port.
 */
export async function openPage(network: Network, wanted = 8080): Promise<string> {
  const socket = await leadInto(network)
  const server = (await listen(socket, wanted)) ?? (await listen(socket, 0))
  if (!server) throw new Error('there is no free port at 127.0.0.1')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function listen(socket: string, port: number): Promise<Server | undefined> {
  const server = forwardTo(socket)
  return new Promise(resolve => {
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
