import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Computer } from './network.ts'

const script = fileURLToPath(new URL('forward.ts', import.meta.url))
const sockets: string[] = []
process.on('exit', () => {
  for (const socket of sockets) rmSync(socket, { force: true })
})

/**
 * A Unix socket that leads to the daemon's port 8080 inside a network, until that is removed: such a socket
 * belongs to no network namespace.
 */
export async function leadInto(network: Omit<Computer, 'attempt'>): Promise<string> {
  const socket = join(tmpdir(), `${network.namespace}-${sockets.length}.socket`)
  sockets.push(socket)
  const inside = network.start([process.execPath, script, socket, '8080'])
  await once(inside.stdout ?? inside, 'data')
  return socket
}
